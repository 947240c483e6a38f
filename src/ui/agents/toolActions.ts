import { l10n } from 'vscode';
import type { Build } from '../../core/model/build';
import { identity } from '../../core/model/build';
import { can } from '../../core/model/abilities';
import type { Variables } from '../../core/gitlab/dialect';
import { performOn, whyNot } from '../commands/buildTasks';
import { canceling, playing, retrying, type Action } from '../text/actionText';
import { projectWords } from '../text/commitText';
import { buildTitle } from '../text/buildText';
import { oneLine, withoutLinks } from '../text/failures';
import { plainText } from '../../core/util/plainText';
import type { CommandContext } from '../commands/command';
import { UserError } from '../report';
import { requireTarget, type ToolSubject } from './toolInput';

/** Actions on builds that agents can request. Erasing and deleting aren't among them. */
export type AgentAction = 'retry' | 'cancel' | 'play';

/** Question that the user is asked before an action. */
export interface Question {
  readonly title: string;
  readonly detail: string;
  readonly button: string;
}

/** Longest value of a variable in a question, in characters. */
const maxOfValue = 200;

export function actionOf(name: AgentAction, variables: Variables | undefined): Action {
  switch (name) {
    case 'retry':
      return retrying();
    case 'cancel':
      return canceling();
    case 'play':
      return playing(variables);
    default:
      return name satisfies never;
  }
}

/** Question that says exactly what an action will do with a build, or with one that isn't known here, by its id. */
export function questionFor(
  name: AgentAction,
  build: Build | number,
  subject: ToolSubject,
  variables: Variables = {},
): Question {
  const title = typeof build === 'number' ? `#${build}` : buildTitle(build);
  const where = whereWords(build, subject);
  const words = variableWords(variables);
  switch (name) {
    case 'retry':
      return {
        title: l10n.t('Retry {0}?', title),
        detail: l10n.t('GitLab runs this build again: {0}.', where),
        button: l10n.t('Retry'),
      };
    case 'cancel':
      return {
        title: l10n.t('Cancel {0}?', title),
        detail: l10n.t('GitLab stops this build: {0}.', where),
        button: l10n.t('Cancel Build'),
      };
    case 'play':
      return {
        title: l10n.t('Play {0}?', title),
        detail:
          words === ''
            ? l10n.t('GitLab starts this build: {0}. A manual build may deploy.', where)
            : l10n.t('GitLab starts this build with the variables {0}: {1}. A manual build may deploy.', words, where),
        button: l10n.t('Play'),
      };
    default:
      return name satisfies never;
  }
}

export function runQuestion(ref: string, subject: ToolSubject, variables: Variables = {}): Question {
  const project = subject.target === undefined ? '' : projectWords(subject.target);
  const words = variableWords(variables);
  const title = l10n.t('Run a pipeline for {0}?', oneLine(ref));
  const detail =
    words === ''
      ? l10n.t('GitLab creates a new pipeline in {0}.', project)
      : l10n.t('GitLab creates a new pipeline in {0} with the variables {1}.', project, words);
  return { title, detail, button: l10n.t('Run Pipeline') };
}

/** Variables with their values, since those may decide what is deployed: `A=1, B=2`; empty for none. */
function variableWords(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => withoutLinks(`${name}=${plainText(value, maxOfValue)}`))
    .join(', ');
}

function whereWords(build: Build | number, { target }: ToolSubject): string {
  const project = target === undefined ? '' : projectWords(target);
  if (typeof build === 'number') return project;
  const { stage, ref, status } = build;
  return l10n.t('stage {0}, now {1}, of {2} in {3}', oneLine(stage), status, oneLine(ref), project);
}

/** Performs an action and describes the result. Throws UserError, and errors of the client. */
export async function act(
  context: CommandContext,
  subject: ToolSubject,
  build: Build,
  action: Action,
): Promise<string> {
  const { root } = subject;
  const target = requireTarget(subject);
  if (!can(build, action.ability)) throw new UserError(whyNot(context, target, action, build));
  await performOn(context, [{ root, target, builds: [build] }], () => action);
  const after = newest(context, root, build);
  return after.id === build.id
    ? `Done: build #${after.id} is now ${after.status}.`
    : `Done: build #${build.id} runs again as #${after.id}, which is ${after.status}.`;
}

function newest({ session }: CommandContext, root: string, build: Build): Build {
  const snapshot = session.snapshotOf(root);
  const builds = snapshot?.kind === 'ready' ? snapshot.builds : [];
  return builds.find((one) => identity(one) === identity(build)) ?? build;
}
