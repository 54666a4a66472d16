/** The stylesheet of all pages: light and dark, from 320 pixels up. */

import { type Accent, accentOn } from './contrast.ts';

/** Behind text: of the two of a scheme, the one on which the accent is harder to read. */
const lightBack = '#f6f7f9';
const darkBack = '#1b212b';

/** The stylesheet with an accent colour. */
export function styleWith(accent: string): string {
  return `:root {
  color-scheme: light dark;
  --back: ${lightBack};
  --front: #ffffff;
  --field: #ffffff;
  --text: #1b2330;
  --quiet: #566074;
  --line: #dde2ea;
  --edge: #76819a;
  --good: #17703f;
  --bad: #a8321f;
${variables(accentOn(accent, lightBack))}
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161d;
    --front: ${darkBack};
    --field: #12161d;
    --text: #e7ebf2;
    --quiet: #a3adbf;
    --line: #303948;
    --edge: #8591a8;
    --good: #6bd69a;
    --bad: #ff9d8a;
${variables(accentOn(accent, darkBack))}
  }
}
${rules}`;
}

function variables({ fill, onFill, text }: Accent): string {
  return `  --fill: ${fill};\n  --on-fill: ${onFill};\n  --accent: ${text};`;
}

const rules = `* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  padding: 2.5rem 1rem;
  background: var(--back);
  color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
body > * { max-width: 42rem; margin-inline: auto; }
.narrow > * { max-width: 26rem; }
@media (min-width: 40rem) and (min-height: 40rem) { .narrow { padding-top: 4.5rem; } }
header { display: flex; align-items: center; gap: 0.9rem; margin-bottom: 1.5rem; }
header img { width: 3rem; height: 3rem; flex: none; object-fit: contain; }
.brand { gap: 0.7rem; font-weight: 600; }
.brand img { width: 2rem; height: 2rem; }
.brand form { margin-inline-start: auto; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; letter-spacing: -0.01em; hyphens: auto; }
main > h1 { margin-bottom: 1.2rem; }
h2 { margin: 2rem 0 0.6rem; font-size: 1.05rem; }
.card h2 { margin: 0 0 0.5rem; font-size: 1.15rem; line-height: 1.3; }
p { margin: 0.5rem 0; }
header p, .quiet { margin: 0; color: var(--quiet); }
a { color: var(--accent); text-underline-offset: 0.2em; }
a:focus-visible, button:focus-visible, input:focus-visible, summary:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
  border-radius: 0.3rem;
}
code { font: 0.9em/1.4 ui-monospace, monospace; }
.card {
  padding: 1.3rem 1.5rem;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--front);
  box-shadow: 0 1px 2px rgb(0 0 0 / 4%);
}
.card + .card, main > p + .card { margin-top: 1.2rem; }
section { scroll-margin-top: 1rem; }
.status { display: flex; gap: 0.7rem; }
.status::before {
  content: '';
  flex: none;
  width: 0.75rem;
  height: 0.75rem;
  margin-top: 0.42rem;
  border-radius: 50%;
  background: currentColor;
}
.status p { margin: 0; color: var(--text); }
.status p + p { color: var(--quiet); }
.good { color: var(--good); }
.bad { color: var(--bad); border-color: currentColor; }
ul { margin: 0; padding: 0; list-style: none; }
ul.card { padding-block: 0.2rem; }
li { padding: 0.8rem 0; }
li + li { border-top: 1px solid var(--line); }
footer { margin-top: 2rem; color: var(--quiet); font-size: 0.9rem; }
.notice, .alert {
  margin: 0 0 1.2rem;
  padding: 0.7rem 1rem;
  border: 1px solid var(--line);
  border-inline-start: 0.3rem solid var(--good);
  border-radius: 0.4rem;
  background: var(--front);
}
.alert { border-inline-start-color: var(--bad); }
.inside, main:has(:target > .inside) > .notice { display: none; }
:target > .inside { display: block; }
form { margin: 0; }
.field { margin-bottom: 1.1rem; }
label { display: block; font-weight: 600; }
.hint, .problem { margin: 0.1rem 0 0; font-size: 0.92rem; }
.hint { color: var(--quiet); }
.problem { color: var(--bad); font-weight: 600; }
input:not([type='checkbox']) {
  width: 100%;
  min-height: 2.75rem;
  margin-top: 0.3rem;
  padding: 0.45rem 0.7rem;
  border: 1px solid var(--edge);
  border-radius: 0.4rem;
  background: var(--field);
  color: var(--text);
  font: inherit;
}
input[aria-invalid] { border: 2px solid var(--bad); }
.check { display: grid; grid-template-columns: 1.5rem 1fr; gap: 0 0.7rem; }
.check label { font-weight: inherit; }
.check input { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent); }
.check .hint { grid-column: 2; }
button {
  min-height: 2.75rem;
  padding: 0.45rem 1.1rem;
  border: 1px solid var(--edge);
  border-radius: 0.4rem;
  background: var(--front);
  color: var(--text);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button:hover { border-color: var(--text); }
.main { border-color: var(--accent); background: var(--fill); color: var(--on-fill); }
.narrow .main { width: 100%; }
.danger { border-color: var(--bad); color: var(--bad); }
.small, summary { min-height: 2.25rem; padding: 0.2rem 0.8rem; font-size: 0.92rem; }
.links { margin-top: 1.2rem; }
.links p { margin: 0.2rem 0; }
.links a, .actions a { display: inline-block; padding: 0.1rem 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin-bottom: 1.2rem; font-size: 0.95rem; }
nav li, nav li + li { padding: 0; border: 0; }
nav a { display: inline-block; padding: 0.2rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
dl { display: grid; grid-template-columns: minmax(6rem, auto) 1fr; gap: 0.3rem 1.5rem; margin: 0.4rem 0 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
.row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.4rem 1rem; }
.row > div { flex: 1 1 14rem; }
.row p { margin: 0; }
.facts { display: flex; flex-wrap: wrap; gap: 0 1.1rem; color: var(--quiet); font-size: 0.92rem; }
.entry { padding: 0.55rem 0; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.2rem; margin-top: 0.9rem; }
.actions p { margin: 0; }
.card > form:not([class]) > button, .card > ul + form { margin-top: 0.6rem; }
details { margin-top: 0.9rem; }
summary {
  display: inline-flex;
  align-items: center;
  gap: 0.6rem;
  border: 1px solid var(--edge);
  border-radius: 0.4rem;
  font-weight: 600;
  cursor: pointer;
}
summary:hover { border-color: var(--text); }
summary::before {
  content: '';
  flex: none;
  width: 0.4rem;
  height: 0.4rem;
  border: solid currentColor;
  border-width: 0 2px 2px 0;
  transform: translateY(-25%) rotate(45deg);
}
details[open] > summary::before { transform: translateY(25%) rotate(225deg); }
summary::-webkit-details-marker { display: none; }
#delete summary { border-color: var(--bad); color: var(--bad); }
details > form { max-width: 25rem; margin-top: 1.1rem; }
h3 { margin: 1.3rem 0 0.3rem; font-size: 1rem; }
.qr { display: block; max-width: 100%; height: auto; margin: 0.8rem auto; }
.passkey, .quiet + form:has(.field) { margin-top: 0.8rem; }
.passkey .hint { margin-top: 0.4rem; }
.narrow .passkey button { width: 100%; }
.card > p:first-child { margin-bottom: 1rem; }
.card > form + .quiet { margin-top: 0.6rem; }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.2rem 1rem; margin: 0.8rem 0; }
.codes li, .codes li + li { padding: 0.1rem 0; border: 0; }
.codes code, .secret { font-size: 1.05rem; }
.tag {
  display: inline-block;
  padding: 0 0.55rem;
  border: 1px solid currentColor;
  border-radius: 1rem;
  font-size: 0.82rem;
  font-weight: 400;
  vertical-align: middle;
  white-space: nowrap;
}
@media (max-width: 26rem) {
  body { padding-top: 1.5rem; }
  .card { padding: 1rem 1.1rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.5rem; }
}
@media (forced-colors: active) {
  .status::before { background: CanvasText; }
}
@media print {
  body { padding: 0; background: none; color: #000; }
  .brand form, nav, form, .links, .notice, .no-print { display: none; }
  .card { padding: 0; border: 0; box-shadow: none; background: none; }
}
`;
