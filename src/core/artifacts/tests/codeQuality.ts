import type { Severity } from '../../log/logProblems';
import { timeSlice } from '../../util/timeSlice';

/** Largest report to parse in place, in bytes: JSON of that size takes a few hundredths of a second. */
export const largestQualityReport = 4_000_000;
/** Maximum number of findings to read from one report. */
export const maxFindings = 1000;

/** A finding of a code quality report. Everything in it is untrusted. */
export interface QualityFinding {
  /** As the report has it; usually relative to the root of the repository. */
  readonly path: string;
  /** 1-based, like `column`. */
  readonly line: number;
  readonly column?: number;
  readonly severity: Severity;
  readonly message: string;
  /** Name of the rule that was broken. */
  readonly check?: string;
}

/** The findings of a report, the first ones if there are too many. */
interface QualityReport {
  readonly findings: readonly QualityFinding[];
  readonly isCut: boolean;
}

const names = ['codequality', 'codeclimate'];

/** Whether a file of an archive may be a code quality report, by its name alone. */
export function isQualityName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const plain = name.replaceAll('-', '').replaceAll('_', '').replaceAll('.', '');
  return name.endsWith('.json') && names.some((word) => plain.includes(word));
}

/**
 * Reads a report in GitLab's code quality format, a subset of Code Climate's; undefined if it is none or too large.
 * Entries without a message or location are left out. It yields after parsing.
 */
export async function readQualityReport(bytes: Uint8Array): Promise<QualityReport | undefined> {
  if (bytes.length > largestQualityReport) return undefined;
  const rows = parsed(bytes);
  if (!Array.isArray(rows)) return undefined;
  const findings: QualityFinding[] = [];
  const yieldIfDue = timeSlice();
  for (const row of rows as readonly unknown[]) {
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
    const finding = toFinding(row);
    if (finding === undefined) continue;
    if (findings.length === maxFindings) return { findings, isCut: true };
    findings.push(finding);
  }
  // A list of other things is another kind of report.
  return findings.length === 0 && rows.length > 0 ? undefined : { findings, isCut: false };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function toFinding(row: unknown): QualityFinding | undefined {
  const location = field(row, 'location');
  const path = text(field(location, 'path'));
  const message = text(field(row, 'description'));
  const begin = field(field(location, 'lines'), 'begin') ?? field(field(location, 'positions'), 'begin');
  const line = position(begin) ?? position(field(begin, 'line'));
  if (path === undefined || message === undefined || line === undefined) return undefined;
  const [column, check] = [position(field(begin, 'column')), text(field(row, 'check_name'))];
  return {
    path,
    line,
    ...(column === undefined ? {} : { column }),
    severity: severityOf(field(row, 'severity')),
    message,
    ...(check === undefined ? {} : { check }),
  };
}

function severityOf(word: unknown): Severity {
  switch (word) {
    case 'blocker':
    case 'critical':
      return 'error';
    case 'info':
      return 'note';
    default:
      return 'warning';
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** Maximum number of characters of a text. */
const longestText = 2000;

function text(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return value.trim().slice(0, longestText);
}

/** Largest number of a line or a column. */
const largestPosition = 10_000_000;

function position(value: unknown): number | undefined {
  const isPosition = typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
  return isPosition && value <= largestPosition ? value : undefined;
}
