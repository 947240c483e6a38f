import { tailOf } from '../log/firstError';
import type { Log } from '../log/log';
import type { Problem } from '../log/logProblems';
import { durationSeconds, type Build } from '../model/build';
import { codeSpan, escaped } from '../util/markdown';
import type { Section } from './answer';

/** Facts about a failed build, for a chat, an issue or an agent. */
export interface FailureFacts {
  readonly build: Build;
  /** Status of the build, such as `failed`. */
  readonly status: string;
  /** Why it failed, as a sentence; undefined if GitLab doesn't say. */
  readonly reason: string | undefined;
  readonly log?: {
    readonly text: Log;
    /** Line index of the first error; undefined if none was found. */
    readonly firstError: number | undefined;
  };
  /** Sentence about why there is no log. */
  readonly noLog?: string;
  /** `path` is relative to the workspace. */
  readonly problems?: readonly Pick<Problem, 'path' | 'line' | 'column' | 'message'>[];
  readonly tests?: { readonly failed: readonly FailedTest[]; readonly failures: number; readonly total: number };
  /** Plain-text lines about since when the build has been failing. */
  readonly history?: readonly string[];
}

interface FailedTest {
  readonly name: string;
  /** `path:line`, if the report has it. */
  readonly place?: string | undefined;
  readonly message?: string | undefined;
}

const [linesBefore, linesAfter, tailLines, maxRows] = [400, 1_200, 1_000, 200];

/** A report in Markdown, in order of importance. Untrusted names are escaped, and log lines are quoted. */
export function failureSections(facts: FailureFacts): readonly Section[] {
  const { problems = [], tests, history = [] } = facts;
  return [
    { title: headline(facts), lines: about(facts) },
    ...logSections(facts),
    ...(tests === undefined || tests.failed.length === 0
      ? []
      : [
          {
            title: `Failed tests (${tests.failures} of ${tests.total}):`,
            lines: tests.failed.map(testRow),
            share: 0.2,
          },
        ]),
    ...(problems.length === 0
      ? []
      : [{ title: 'Files that the log names:', lines: problems.slice(0, maxRows).map(problemRow), share: 0.2 }]),
    ...(history.length === 0 ? [] : [{ title: 'Since when:', lines: history.map(bullet), share: 0.2 }]),
  ];
}

function headline({ build, status }: FailureFacts): string {
  const { name, id, stage, webUrl, ref, commit } = build;
  const title = escaped(`${name} #${id}`, 200);
  const linked = webUrl === undefined ? `**${title}**` : `**[${title}](<${webUrl}>)**`;
  const of = commit === undefined ? '' : `, ${commit.sha.slice(0, 8)} ${escaped(commit.title, 100)}`;
  return `${linked} ${escaped(status, 60)} in stage ${escaped(stage, 60)} (${escaped(ref, 100)}${of})`;
}

function about({ build, reason }: FailureFacts): readonly string[] {
  const { attempts, runner, finishedAt, allowFailure } = build;
  const seconds = durationSeconds(build, Number.NaN);
  const facts = [
    ...(reason === undefined ? [] : [codeSpan(reason, 500)]),
    ...(allowFailure ? ['allowed to fail'] : []),
    ...(attempts.length === 0 ? [] : [`attempt ${attempts.length + 1}`]),
    ...(seconds === undefined ? [] : [`ran ${Math.round(seconds)} s`]),
    ...(finishedAt === undefined ? [] : [`ended ${codeSpan(finishedAt, 40)}`]),
    ...(runner === undefined ? [] : [`runner ${codeSpan(runner, 60)}`]),
  ];
  return facts.length === 0 ? [] : [facts.join(' · ')];
}

function logSections({ log, noLog }: FailureFacts): readonly Section[] {
  if (log === undefined) return noLog === undefined ? [] : [{ title: escaped(noLog, 300), lines: [] }];
  const { text, firstError } = log;
  const tail = tailOf(text, tailLines);
  if (firstError === undefined) return [endOf(text, tail, 0.8)];
  const from = Math.max(0, firstError - linesBefore);
  const to = Math.min(text.lines.length, firstError + linesAfter);
  const error: Section = {
    title: `First error, line ${firstError + 1} of ${text.lines.length}:`,
    lines: text.lines.slice(from, to),
    focus: firstError - from,
    around: { before: from, after: text.lines.length - to },
    isQuoted: true,
    share: 0.5,
  };
  // The lines after the error already include the end of the log.
  return to - firstError < linesAfter && text.lines.length - firstError <= 30
    ? [error]
    : [error, endOf(text, tail, 0.25)];
}

function endOf({ lines }: Log, tail: readonly string[], share: number): Section {
  return {
    title: 'End of the log:',
    lines: tail,
    focus: tail.length - 1,
    around: { before: Math.max(0, lines.length - tail.length), after: 0 },
    isQuoted: true,
    share,
  };
}

function testRow({ name, place, message }: FailedTest): string {
  const where = place === undefined ? '' : ` in ${codeSpan(place, 300)}`;
  return `- ${codeSpan(name, 300)}${where}${message === undefined ? '' : `: ${codeSpan(message, 400)}`}`;
}

function problemRow({ path, line, column, message }: Pick<Problem, 'path' | 'line' | 'column' | 'message'>): string {
  const place = [path, line, ...(column === undefined ? [] : [column])].join(':');
  return `- ${codeSpan(place, 300)}: ${codeSpan(message, 400)}`;
}

function bullet(line: string): string {
  return `- ${codeSpan(line, 400)}`;
}
