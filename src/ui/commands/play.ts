import { l10n } from 'vscode';
import type { Variables } from '../../core/gitlab/dialect';
import { UserError } from '../report';
import { playing, playingWithVariables } from './buildActions';
import { performOn, questionOf } from './buildTask';
import type { Command } from './command';
import { subjectOf, subjectsOf } from './subjects';
import { askVariables, isVariableName } from './askVariables';

/** Starts what waits, without a question; with the variables that another extension or a key binding gives. */
export const play: Command = async (context, args) => {
  const action = playing(variablesIn(args[0]));
  await performOn(context, await subjectsOf(context, args, questionOf(context, action)), () => action);
};

export const playWithVariables: Command = async (context, args) => {
  const question = questionOf(context, {
    ...playingWithVariables(),
    pick: l10n.t('Select a build to play with variables'),
  });
  const subject = await subjectOf(context, args, question);
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const owner = { instance: target.instance.url, project: target.project, build: build.name };
  const { variables: memory } = context;
  const before = await memory.last(owner);
  const variables = await askVariables(build, before, (draft) => memory.noteDraft(owner, draft));
  if (variables === undefined) return;
  await performOn(context, [{ root, target, builds: [build] }], () => playing(variables));
  await memory.keep(owner, variables);
};

/** `{ build, variables: { NAME: "value" } }` */
function variablesIn(argument: unknown): Variables {
  if (typeof argument !== 'object' || argument === null || !('variables' in argument)) return {};
  const { variables } = argument;
  if (variables === undefined) return {};
  const entries: readonly (readonly [string, unknown])[] =
    typeof variables === 'object' && variables !== null && !Array.isArray(variables)
      ? Object.entries(variables)
      : [['', 0]];
  const texts = entries.flatMap(([name, value]) =>
    isVariableName(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  if (texts.length < entries.length)
    throw new UserError(
      l10n.t('The variables must be an object of strings, such as {0}.', '{ "DEPLOY_TO": "production" }'),
    );
  return Object.fromEntries(texts);
}
