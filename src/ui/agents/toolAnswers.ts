import { Uri } from 'vscode';
import { fitted, lengthOf, framed, nearFocus, type Section } from '../../core/agents/answer';
import { failureSections, type FailureFacts } from '../../core/agents/failureReport';
import { maskSecrets } from '../../core/agents/maskSecrets';
import { statusSections } from '../../core/agents/statusReport';
import { findProblems } from '../../core/log/findProblems';
import { firstError } from '../../core/log/firstError';
import type { Build } from '../../core/model/build';
import { isUnpushed, type Snapshot } from '../../core/model/snapshot';
import { pathBelow } from '../../core/util/diskPath';
import { caveats } from '../text/commitText';
import { failureReasonSentence } from '../text/failureReasons';
import { failureSentence } from '../text/failures';
import { sentenceFor } from '../report';
import { can } from '../../core/model/abilities';
import type { CommandContext } from '../commands/command';
import { historyLines } from './loadHistory';
import type { ToolSubject } from './toolInput';

/** An answer of at most the requested length, with untrusted text in a frame and without secrets. */
export function toAnswer(
  sections: readonly Section[],
  {
    maxCharacters,
    secrets,
    boundary,
  }: { readonly maxCharacters?: number; readonly secrets: readonly string[]; readonly boundary: string },
): string {
  const { room, note } = lengthOf(maxCharacters);
  const noted = note === undefined ? sections : [{ title: note, lines: [] }, ...sections];
  const near = noted.map((section) => nearFocus(section, room));
  return framed((left) => fitted(masked(near, secrets), left), room, boundary);
}

function masked(sections: readonly Section[], secrets: readonly string[]): readonly Section[] {
  const mask = (text: string): string => maskSecrets(withoutRest(text), secrets);
  return sections.map((section) => ({ ...section, title: mask(section.title), lines: section.lines.map(mask) }));
}

/** Number of UTF-16 units of a line to search for secrets. An answer shows fewer. */
const longestLine = 4000;
/** Number of UTF-16 units at the end of a cut line that may contain only the beginning of a secret. */
const maxOfWord = 1000;

/** The beginning of a long line up to a space, so that no unrecognizable part of a secret remains. */
function withoutRest(text: string): string {
  if (text.length <= longestLine) return text;
  const space = text.lastIndexOf(' ', longestLine);
  return `${text.slice(0, Math.max(space, longestLine - maxOfWord))}…`;
}

/** Tokens in use, which no answer may contain. */
export async function secretsOf({ tokens }: Pick<CommandContext, 'tokens'>): Promise<readonly string[]> {
  const found = await Promise.all((await tokens.signedIn()).map((url) => tokens.get(url)));
  return found.filter((token) => token !== undefined);
}

/** Report on the state of a repository's commit. */
export function statusOf(subject: ToolSubject, now: number): readonly Section[] {
  const { name, snapshot, target, listing, isShown, listedAt } = subject;
  const asOf = snapshot?.kind === 'ready' && isShown ? (snapshot.stale?.asOf ?? listedAt) : undefined;
  const isReady = !isShown || snapshot?.kind === 'ready';
  return statusSections({
    repository: name,
    project: target === undefined ? undefined : `${target.project} on ${new URL(target.instance.url).host}`,
    commit: target === undefined ? undefined : { sha: target.sha, ref: target.ref, isHead: !target.pinned },
    remarks: isShown ? remarksOn(snapshot, now) : [],
    listing: isReady ? listing : undefined,
    age: asOf === undefined ? undefined : (now - asOf) / 1000,
    reasonOf: failureReasonSentence,
  });
}

function remarksOn(snapshot: Snapshot | undefined, now: number): readonly string[] {
  switch (snapshot?.kind) {
    case undefined:
    case 'loading':
      return ['The builds are being loaded. Ask again in a moment, or wait for them with the wait tool.'];
    case 'noProject':
      return ['This repository has no remote on a GitLab that the user is signed in to, or no commit yet.'];
    case 'signedOut':
      return [`The user isn't signed in to ${new URL(snapshot.url).host}. They can run "GitLab Builds: Sign In…".`];
    case 'failed':
      return [failureSentence(snapshot.failure)];
    case 'ready':
      return [...pushRemark(snapshot), ...caveats(snapshot, now)];
    default:
      return snapshot satisfies never;
  }
}

function pushRemark(snapshot: Snapshot): readonly string[] {
  return isUnpushed(snapshot) ? ["HEAD isn't pushed, so GitLab has no builds for it. The user can push it."] : [];
}

/** Facts about why a build failed; without its log if that can't be read. */
export async function failureFacts(
  context: Pick<CommandContext, 'logs' | 'logPaths' | 'testSource'>,
  subject: Pick<ToolSubject, 'root' | 'target' | 'isShown'>,
  build: Build,
): Promise<FailureFacts> {
  if (!can(build, 'openLog')) return { ...knownFacts(build), noLog: 'It never started, so it has no log.' };
  const tests = await failedTests(context, subject, build);
  const known = tests === undefined ? knownFacts(build) : { ...knownFacts(build), tests };
  try {
    return { ...(await factsWithLog(context, subject, build)), ...known };
  } catch (error) {
    return { ...known, noLog: sentenceFor(error) };
  }
}

/** Failed tests of a build of the shown commit; undefined if there are none, or if they can't be read. */
async function failedTests(
  { testSource }: Pick<CommandContext, 'testSource'>,
  { root, isShown }: Pick<ToolSubject, 'root' | 'isShown'>,
  build: Build,
): Promise<FailureFacts['tests']> {
  const results = isShown ? await testSource.readAny(root, build).catch(() => undefined) : undefined;
  if (results === undefined) return undefined;
  const { failed, failures, tests } = results;
  return {
    failures,
    total: tests,
    failed: failed.map(({ test: { name, classname, file, line, message } }) => ({
      name: classname === undefined ? name : `${classname} ${name}`,
      place: file === undefined || line === undefined ? file : `${file}:${line}`,
      message: message?.split('\n')[0],
    })),
  };
}

function knownFacts(build: Build): FailureFacts {
  return { build, status: build.status, reason: failureReasonSentence(build) };
}

/** Reads the log and finds the files that it names. Throws errors of reading the log. */
async function factsWithLog(
  { logs, logPaths }: Pick<CommandContext, 'logs' | 'logPaths'>,
  { root, target }: Pick<ToolSubject, 'root' | 'target'>,
  build: Build,
): Promise<FailureFacts> {
  if (target === undefined) return knownFacts(build);
  const log = await logs.now(root, target, build);
  const { fullLog: whole } = log;
  const folder = Uri.parse(root).fsPath;
  const { problems } = await findProblems(whole, await logPaths.finderFor(whole, log));
  return {
    ...knownFacts(build),
    log: { text: whole, firstError: await firstError(whole) },
    problems: problems.map((problem) => ({ ...problem, path: pathBelow(folder, problem.file) ?? problem.file })),
  };
}

/**
 * Text for *Copy Failure as Markdown*, without secrets; includes when it started failing, if the user has asked. Throws
 * errors of reading the log.
 */
export async function failureMarkdown(
  context: Pick<CommandContext, 'logs' | 'logPaths' | 'tokens' | 'session'>,
  subject: Pick<ToolSubject, 'root' | 'target'>,
  build: Build,
): Promise<string> {
  const history = context.session.histories.of(subject.root, build);
  const facts = await factsWithLog(context, subject, build);
  const sections = failureSections(history === undefined ? facts : { ...facts, history: historyLines(history) });
  return `${fitted(masked(sections, await secretsOf(context)), lengthOf(undefined).room)}\n`;
}
