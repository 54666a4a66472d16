/** Fires volleys with `wrk`, with a script that says what to send and what to report. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idLength } from './crowd.ts';
import {
  type Answered,
  hitRate,
  isNumbered,
  outputOf,
  pathOf,
  patienceSeconds,
  type Volley,
} from './volley.ts';

export async function wrk(volley: Volley, prefix: readonly string[]): Promise<Answered> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-wrk-'));
  try {
    const script = join(folder, 'volley.lua');
    writeFileSync(
      script,
      [heading(volley), requests(volley), rest(volley), statuses(volley), reporting].join('\n'),
    );
    const { connections, seconds, url } = volley;
    const text = await outputOf([
      ...prefix,
      ...[
        'wrk',
        '-t1',
        `-c${connections}`,
        `-d${seconds}s`,
        '--timeout',
        `${patienceSeconds}s`,
        '-s',
        script,
      ],
      new URL('/', url).href,
    ]);
    const line = text.split('\n').find((candidate) => candidate.startsWith('{'));
    if (!line) throw new Error(`wrk said nothing that could be understood:\n${text}`);
    return JSON.parse(line);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A text in Lua, whatever it holds; `{n}` in it becomes the number of the request. */
function lua(text: string): string {
  const quoted = (part: string) => `[==[${part}]==]`;
  return text.split('{n}').map(quoted).join(' .. number .. ');
}

/** What all requests have in common, and the means to make one. */
function heading({ url, headers = {}, body, isPost }: Volley): string {
  const all = { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) };
  return `
    local function made(number, cookie)
      local headers = { ["Host"] = wrk.headers["Host"] }
      ${Object.entries(all)
        .map(([name, value]) => `headers[ ${lua(name)} ] = ${lua(value)}`)
        .join('\n')}
      if cookie then headers["Cookie"] = cookie end
      return wrk.format("${body === undefined && !isPost ? 'GET' : 'POST'}", ${lua(pathOf(url))},
        headers, ${body === undefined ? 'nil' : lua(body)})
    end
    math.randomseed(${Date.now()})`;
}

/** Everything that can be written beforehand is. */
function requests(volley: Volley): string {
  const { cookies, among, from = 0 } = volley;
  if (among)
    return `
      function request()
        local n = math.random(0, ${among.count - 1}) * ${Math.floor(among.of / among.count)}
        return made(string.format("%0${idLength}d", n))
      end`;
  if (isNumbered(volley))
    return `
      local n = ${from}
      function request()
        n = n + 1
        return made(string.format("%0${idLength}d", n - 1))
      end`;
  if (!cookies)
    return `
      local same
      function init() same = made() end
      function request() return same end`;
  return `
    local hits, misses = {}, {}
    function init()
      for line in io.lines(${lua(cookies.hits)}) do hits[#hits + 1] = made(nil, line) end
      for line in io.lines(${lua(cookies.misses)}) do misses[#misses + 1] = made(nil, line) end
    end
    function request()
      local some = math.random() < ${hitRate} and hits or misses
      return some[math.random(#some)]
    end`;
}

/** Evenly spread around the mean, so that connections do not march in step. */
function rest({ restMs }: Volley): string {
  return restMs === undefined ? '' : `function delay() return math.random(0, ${Math.round(2 * restMs)}) end`;
}

/** Counted by the script: wrk itself only separates those above 399 from all others. */
function statuses({ byStatus }: Volley): string {
  if (!byStatus) return '';
  return `
    accepted, shed, refused = 0, 0, 0
    function response(status)
      if status < 400 then accepted = accepted + 1
      elseif status == 429 or status == 503 then shed = shed + 1
      else refused = refused + 1 end
    end`;
}

const reporting = `
  local threads = {}
  function setup(thread) threads[1] = thread end
  function done(summary, latency)
    local errors = summary.errors
    local of = function(share) return latency:percentile(share) / 1000 end
    io.write(string.format(
      '\\n{"requests":%d,"perSecond":%.3f,"p50Ms":%.3f,"p99Ms":%.3f,"p999Ms":%.3f,' ..
      '"accepted":%d,"shed":%d,"refused":%d,"failed":%d}\\n',
      summary.requests, summary.requests / summary.duration * 1000000, of(50), of(99), of(99.9),
      threads[1]:get("accepted") or summary.requests - errors.status, threads[1]:get("shed") or 0,
      threads[1]:get("refused") or errors.status, errors.connect + errors.read + errors.write + errors.timeout))
  end`;
