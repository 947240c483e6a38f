import { randomBytes } from 'node:crypto';
import {
  LanguageModelTextPart,
  LanguageModelToolResult,
  l10n,
  MarkdownString,
  workspace,
  type CancellationToken,
  type PreparedToolInvocation,
} from 'vscode';
import { logLines, logMatches } from '../../core/agents/logReport';
import type { Section } from '../../core/agents/answer';
import { failureSections } from '../../core/agents/failureReport';
import type { Build } from '../../core/model/build';
import { escaped } from '../../core/util/markdown';
import { verdictOf } from '../../core/model/verdict';
import type { Clock } from '../../core/util/timer';
import { abortedBy } from '../commands/prompts';
import type { CommandContext } from '../commands/command';
import { sentenceFor, UserError } from '../report';
import type { AgentTools } from './registerTools';
import { act, actionOf, questionFor, runQuestion, type AgentAction, type Question } from './toolActions';
import { failureFacts, secretsOf, statusOf, toAnswer } from './toolAnswers';
import {
  buildOfInput,
  knownBuild,
  requireBuild,
  requireTarget,
  shownSubject,
  toBuildId,
  subjectOfInput,
  toToolInput,
  type ToolInput,
} from './toolInput';
import { requireWritable } from '../commands/targets';
import { historyFacts } from './loadHistory';
import { waitForBuilds, type WaitOutcome } from './waitForBuilds';

export interface AgentToolsParts {
  readonly context: CommandContext;
  readonly clock: Clock;
  /** Makes the commit count as being looked at until the returned function is called. */
  readonly attend: () => () => void;
}

interface Call {
  readonly input: ToolInput;
  readonly signal: AbortSignal;
  readonly token: CancellationToken;
}

type Run = (parts: AgentToolsParts, call: Call) => Promise<readonly Section[]>;

interface Tool {
  readonly run: Run;
  /** Progress message while the tool runs. */
  readonly message: () => string;
  /** Confirmation; undefined for a tool that changes nothing. */
  readonly question?: (parts: AgentToolsParts, input: ToolInput) => Question | undefined;
}

/** Maximum number of failed builds whose logs are read if the input names none. */
const maxFailures = 5;
/** Minutes to wait: by default, and at most. */
const [usualMinutes, maxMinutes] = [10, 60];

/** Creates the tools in the manifest, named without `gitlab-builds_`. */
export function createAgentTools(parts: AgentToolsParts): AgentTools {
  return {
    prepare: (name, input) => prepare(parts, toolNamed(name), input),
    invoke: async (name, input, token) => {
      const { signal } = abortedBy(token);
      const sections = await answered(parts, toolNamed(name), { input, signal, token });
      const maxCharacters = tried(() => toToolInput(input))?.maxCharacters;
      const frame = {
        secrets: await secretsOf(parts.context).catch(() => []),
        boundary: `data-${randomBytes(8).toString('hex')}`,
      };
      const text = toAnswer(sections, maxCharacters === undefined ? frame : { ...frame, maxCharacters });
      return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
    },
  };
}

/** Runs a tool; an error becomes an answer in words. */
async function answered(
  parts: AgentToolsParts,
  tool: Tool,
  {
    input,
    signal,
    token,
  }: { readonly input: unknown; readonly signal: AbortSignal; readonly token: CancellationToken },
): Promise<readonly Section[]> {
  if (!workspace.isTrusted)
    return sentence("This workspace isn't trusted, so these tools do nothing in it. The user can trust it in VS Code.");
  try {
    return await tool.run(parts, { input: toToolInput(input), signal, token });
  } catch (error) {
    if (token.isCancellationRequested) return sentence('Canceled.');
    parts.context.log.warn(`agent tool: ${error instanceof Error ? error.message : String(error)}`);
    return sentence(sentenceFor(error));
  }
}

function prepare(parts: AgentToolsParts, { message, question }: Tool, input: unknown): PreparedToolInvocation {
  const invocationMessage = message();
  if (question === undefined || !workspace.isTrusted || parts.context.settings.agentActions() === 'off')
    return { invocationMessage };
  // If the question can't be worded yet, confirm anyway: by the time it runs, the tool may be able to act.
  const unknown = { title: invocationMessage, detail: agentAsks() };
  const { title, detail } = tried(() => question(parts, toToolInput(input))) ?? unknown;
  // VS Code shows the title as plain text, and the message as Markdown.
  return { invocationMessage, confirmationMessages: { title, message: new MarkdownString(escaped(detail)) } };
}

/** Result of work on the input; undefined if the input is wrong, which the tool itself reports. */
function tried<T>(work: () => T | undefined): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const status: Run = async ({ context, clock }, { input, signal }) => {
  const { session } = context;
  const open = session.state.repositories.filter(({ root }) => root !== '');
  const isOpenQuestion = input.repository === undefined && input.commit === undefined && open.length > 1;
  if (isOpenQuestion)
    return [
      { title: 'Several repositories are open. Name one of them as "repository" for more.', lines: [] },
      ...open.flatMap(({ root }) => statusOf(shownSubject(context, { repository: root }), clock.now()).slice(0, 2)),
    ];
  return statusOf(await subjectOfInput(context, input, signal), clock.now());
};

const failure: Run = async ({ context, clock }, { input, signal }) => {
  const subject = await subjectOfInput(context, input, signal);
  const historyOf = async (build: Build | undefined) =>
    input.sinceWhen === true ? historyFacts(context, subject, build, signal) : {};
  if (input.build !== undefined) {
    const build = await buildOfInput(context, subject, input.build, signal);
    const [facts, history] = await Promise.all([failureFacts(context, subject, build), historyOf(build)]);
    return failureSections({ ...facts, ...history });
  }
  const { failed } = verdictOf(subject.listing);
  if (failed.length === 0)
    return [{ title: 'No build of this commit has failed.', lines: [] }, ...statusOf(subject, clock.now())];
  const [first, ...others] = failed.slice(0, maxFailures).map((build) => failureFacts(context, subject, build));
  const history = await historyOf(failed[0]);
  const read = [...(first === undefined ? [] : [{ ...(await first), ...history }]), ...(await Promise.all(others))];
  const rest = failed.slice(maxFailures).map(({ name, id }) => `- ${escaped(name, 100)} #${id}`);
  return [
    ...read.flatMap(failureSections).map((section) => ({ ...section, share: (section.share ?? 1) / read.length })),
    ...(rest.length === 0 ? [] : [{ title: 'These failed, too; ask for them by their numbers:', lines: rest }]),
  ];
};

const log: Run = async ({ context }, { input, signal }) => {
  const subject = await subjectOfInput(context, input, signal);
  const build = await buildOfInput(context, subject, requireBuild(input), signal);
  const target = requireTarget(subject);
  const { fullLog: whole } = await context.logs.now(subject.root, target, build);
  if (input.search !== undefined) return logMatches(whole, input.search);
  const { from, to } = input;
  return logLines(whole, from === undefined && to === undefined ? undefined : { from: from ?? 1, to: to ?? Infinity });
};

const wait: Run = async (parts, { input, signal, token }) => {
  const { context, clock } = parts;
  const subject = shownSubject(context, input);
  const { target, root } = subject;
  if (target === undefined) return statusOf(subject, clock.now());
  if (input.commit !== undefined && !(await subjectOfInput(context, input, signal)).isShown)
    throw new UserError(`Can only wait for builds of the displayed commit, ${target.sha.slice(0, 12)}.`);
  const build = input.build === undefined ? undefined : await buildOfInput(context, subject, input.build, signal);
  const minutes = Math.min(Math.max(input.minutes ?? usualMinutes, 0), maxMinutes);
  const awaited = { target, build: build?.id };
  const port = { session: context.session, clock, attend: parts.attend };
  const outcome = await waitForBuilds(port, root, awaited, minutes * 60_000, token);
  const now = shownSubject(context, { repository: root });
  return [{ title: waitSentence(outcome, minutes), lines: [] }, ...statusOf(now, clock.now())];
};

function waitSentence(outcome: WaitOutcome, minutes: number): string {
  switch (outcome) {
    case 'ended':
      return 'Finished.';
    case 'timeout':
      return `It still runs after ${minutes === 1 ? '1 minute' : `${minutes} minutes`}. Wait again to go on.`;
    case 'canceled':
      return 'Waiting was canceled.';
    case 'blocked':
      return 'It goes on only when a person starts a manual build.';
    case 'moved':
      return 'Waiting ended because another commit is shown now.';
    case 'noBuilds':
      return 'There is nothing to wait for: GitLab has no builds for this commit.';
    case 'signedOut':
      return 'Waiting ended because the user signed out.';
    case 'away':
      return "Waiting ended because GitLab hasn't answered for two minutes.";
    case 'gone':
      return 'Waiting ended because the build or its repository is no longer shown.';
    default:
      return outcome satisfies never;
  }
}

function changing(name: AgentAction): Tool {
  return {
    message: () => messages[name](),
    question: ({ context }, input) => {
      const subject = shownSubject(context, input);
      const wanted = requireBuild(input);
      const build = knownBuild(subject, wanted) ?? toBuildId(wanted);
      return build === undefined ? undefined : questionFor(name, build, subject, input.variables);
    },
    run: async ({ context }, { input, signal }) => {
      const subject = shownSubject(context, input);
      const build = await buildOfInput(context, subject, requireBuild(input), signal);
      requireWritable(subject.snapshot);
      if (name === 'play') refuseConfirmed(build);
      await requireConsent(context, questionFor(name, build, subject, input.variables));
      const done = await act(context, subject, build, actionOf(name, input.variables));
      return sentence(done);
    },
  };
}

/** Throws UserError for a build that GitLab itself starts only after a person has confirmed it (`manual_confirmation`). */
function refuseConfirmed({ confirmation }: Build): void {
  if (confirmation !== undefined)
    throw new UserError(`Only the user can start this build, because GitLab asks to confirm it: ${confirmation}`);
}

const messages: Readonly<Record<AgentAction, () => string>> = {
  retry: () => l10n.t('Retrying a build'),
  cancel: () => l10n.t('Canceling a build'),
  play: () => l10n.t('Playing a build'),
};

const runPipeline: Tool = {
  message: () => l10n.t('Running a pipeline'),
  question: ({ context }, input) => {
    const subject = shownSubject(context, input);
    const ref = input.ref ?? subject.target?.ref;
    return ref === undefined ? undefined : runQuestion(ref, subject, input.variables);
  },
  run: async ({ context }, { input, signal }) => {
    const subject = shownSubject(context, input);
    const { root } = subject;
    const target = requireTarget(subject);
    const ref = input.ref ?? target.ref;
    if (ref === undefined) throw new UserError('HEAD is on no branch. Name a branch or tag as "ref".');
    requireWritable(subject.snapshot);
    await requireConsent(context, runQuestion(ref, subject, input.variables));
    const { id, status: state } = await context.clients
      .of(target.instance)
      .pipelines.create(target.project, { ref, variables: input.variables ?? {} }, signal);
    await context.session.acted(root);
    return sentence(`Pipeline #${id} was created and is ${state}.`);
  },
};

/** Throws UserError if the user has switched off actions of agents, or declines this one. */
async function requireConsent(
  { settings, report }: CommandContext,
  { title, detail, button }: Question,
): Promise<void> {
  const allowed = settings.agentActions();
  if (allowed === 'off')
    throw new UserError('The user has switched off actions of agents (setting gitlabBuilds.agentActions).');
  if (allowed === 'ask' && !(await report.confirm(title, `${detail}\n\n${agentAsks()}`, button)))
    throw new UserError("The user didn't confirm it, so nothing was done.");
}

function agentAsks(): string {
  return l10n.t('Requested by an agent.');
}

const table: Readonly<Record<string, Tool>> = {
  status: { run: status, message: () => l10n.t('Looking at the builds') },
  failure: { run: failure, message: () => l10n.t('Reading why builds failed') },
  log: { run: log, message: () => l10n.t('Reading a log') },
  wait: { run: wait, message: () => l10n.t('Waiting for builds') },
  retry: changing('retry'),
  cancel: changing('cancel'),
  play: changing('play'),
  runPipeline,
};

function toolNamed(name: string): Tool {
  const tool = Object.hasOwn(table, name) ? table[name] : undefined;
  if (tool === undefined) throw new Error(`There is no tool ${name}.`);
  return tool;
}

function sentence(text: string): readonly Section[] {
  return [{ title: text, lines: [] }];
}
