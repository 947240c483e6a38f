import { isObject } from '../../core/util/fields';
import { l10n } from 'vscode';
import { textsIn, type Variables } from '../../core/gitlab/dialect';
import { UserError } from '../report';
import { playing, playingWithInputs, playingWithVariables } from '../text/actionText';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { buildTitle } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { askVariables, isVariableName, type VariablesWords } from './variables';
import { performOn, questionOf } from './buildTasks';
import { askAndStart, inputsIn, inputsOf, startWith } from './buildInputs';
import type { Command, CommandContext } from './command';
import { subjectOf, subjectsOf, type Subjects } from './subjects';
import { plural } from '../text/plural';
import type { TargetSnapshot } from './targets';

/**
 * Starts waiting builds, with variables if another extension or a key binding passes them. Asks only if GitLab would
 * (`manual_confirmation`).
 */
export const play: Command = async (context, args) => {
  const action = playing(variablesIn(args[0]));
  const subjects = await subjectsOf(context, args, questionOf(context, action));
  if (await mayPlay(context, subjects)) await performOn(context, subjects, () => action);
};

/** Asks with GitLab's own words, once for all builds. */
async function mayPlay({ report }: CommandContext, subjects: readonly Subjects[]): Promise<boolean> {
  const asked = subjects.flatMap(({ builds }) => builds.filter(({ confirmation }) => confirmation !== undefined));
  const [first] = asked;
  if (first === undefined) return true;
  const question =
    asked.length === 1 ? l10n.t('Play {0}?', buildTitle(first)) : l10n.t('Play {0} builds?', asked.length);
  const words = asked.map((build) => {
    const question = oneLine(build.confirmation ?? '');
    return asked.length === 1 ? question : `${buildTitle(build)}: ${question}`;
  });
  return report.confirm(question, words.join('\n'), l10n.t('Play'));
}

export const playWithVariables: Command = async (context, args) => {
  const question = questionOf(context, {
    ...playingWithVariables(),
    pick: l10n.t('Select a build to play with variables'),
  });
  const subject = await subjectOf(context, args, question);
  if (subject === undefined || !(await mayPlay(context, [{ ...subject, builds: [subject.build] }]))) return;
  await askVariablesAndPlay(context, subject);
};

type Subject = TargetSnapshot & { readonly build: Build };

async function askVariablesAndPlay(context: CommandContext, { root, target, build }: Subject): Promise<void> {
  const owner = { instance: target.instance.url, project: target.project, build: build.name };
  const { variables: memory } = context;
  const before = await memory.last(owner);
  const variables = await askVariables(wordsFor(build), before, (draft) => memory.noteDraft(owner, draft));
  if (variables === undefined) return;
  await performOn(context, [{ root, target, builds: [build] }], () => playing(textsIn(variables)));
  await memory.keep(owner, variables);
}

/** Plays a build with inputs of its job, or with variables if it has none or GitLab is older than 18.10. */
export const playWithInputs: Command = async (context, args) => {
  const given = inputsIn(args[0]);
  const action = playingWithInputs();
  const takes = (build: Build) => can(build, 'playWithInputs');
  const question = questionOf(context, action);
  const subject = await subjectOf(context, args, {
    ...question,
    can: (build) => takes(build) || (given === undefined && can(build, 'playWithVariables')),
  });
  if (subject === undefined || !(await mayPlay(context, [{ ...subject, builds: [subject.build] }]))) return;
  const { build } = subject;
  const start = {
    ...{ ...subject, action },
    title: l10n.t('Play {0}', buildTitle(build)),
    accept: l10n.t('$(play) Play {0} with these inputs', withoutIcons(oneLine(build.name))),
  };
  if (given !== undefined) return startWith(context, start, given);
  const found = takes(build) ? await inputsOf(context, subject) : undefined;
  if (found === undefined || found.specs.length === 0) await askVariablesAndPlay(context, subject);
  else await askAndStart(context, start, found);
};

/** Argument `{ build, variables: { NAME: "value" } }`. */
function variablesIn(argument: unknown): Variables {
  if (typeof argument !== 'object' || argument === null || !('variables' in argument)) return {};
  const { variables } = argument;
  if (variables === undefined) return {};
  const entries: readonly (readonly [string, unknown])[] = isObject(variables) ? Object.entries(variables) : [['', 0]];
  const texts = entries.flatMap(([name, value]) =>
    isVariableName(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  if (texts.length < entries.length)
    throw new UserError(
      l10n.t('The variables must be an object of strings, such as {0}.', '{ "DEPLOY_TO": "production" }'),
    );
  return Object.fromEntries(texts);
}

function wordsFor(build: Build): VariablesWords {
  const name = withoutIcons(oneLine(build.name));
  return {
    title: l10n.t('Play {0}', buildTitle(build)),
    icon: 'play',
    run: (count) => playLabel(name, count),
    without: l10n.t('Play the build, or add variables first'),
    with: l10n.t('Play with these variables, or change them first'),
  };
}

function playLabel(name: string, count: number): string {
  if (count === 0) return l10n.t('Play {0} without variables', name);
  return plural(
    count,
    l10n.t('Play {0} with {1} variable', name, count),
    l10n.t('Play {0} with {1} variables', name, count),
  );
}
