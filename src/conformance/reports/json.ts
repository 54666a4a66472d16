/** The report of a run as one JSON object. */

import type { Report } from '../options.ts';

export function jsonReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
