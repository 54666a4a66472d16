/** The stylesheet of all pages: light and dark, from 320 pixels up. */

export const style = `:root {
  color-scheme: light dark;
  --back: #f6f7f9;
  --front: #ffffff;
  --text: #1b2330;
  --quiet: #566074;
  --line: #dde2ea;
  --accent: #2451c4;
  --good: #17703f;
  --bad: #a8321f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161d;
    --front: #1b212b;
    --text: #e7ebf2;
    --quiet: #a3adbf;
    --line: #303948;
    --accent: #8fb2ff;
    --good: #6bd69a;
    --bad: #ff9d8a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: 2.5rem 1rem;
  background: var(--back);
  color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
body > * { max-width: 42rem; margin-inline: auto; }
header { display: flex; align-items: center; gap: 0.9rem; margin-bottom: 1.5rem; }
header img { width: 3rem; height: 3rem; flex: none; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 2rem 0 0.6rem; font-size: 1.05rem; }
p { margin: 0.5rem 0; }
header p, .quiet { margin: 0; color: var(--quiet); }
a { color: var(--accent); text-underline-offset: 0.2em; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
code { font: 0.9em/1.4 ui-monospace, monospace; }
.card {
  padding: 1rem 1.2rem;
  border: 1px solid var(--line);
  border-radius: 0.7rem;
  background: var(--front);
}
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
ul.card { padding-block: 0; }
li { padding: 0.8rem 0; }
li + li { border-top: 1px solid var(--line); }
footer { margin-top: 2rem; color: var(--quiet); font-size: 0.9rem; }
@media (forced-colors: active) {
  .status::before { background: CanvasText; }
}
`;
