import { l10n, ThemeIcon, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import type { Variables } from '../../core/gitlab/dialect';
import { UserError } from '../report';
import { playing, playingWithVariables } from '../text/actionText';
import type { Build } from '../../core/model/build';
import { buildTitle } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { performOn, questionOf } from './buildTasks';
import { askLine, picked } from './prompts';
import type { Command, CommandContext } from './command';
import { subjectOf, subjectsOf, type Subjects } from './subjects';

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
    const said = oneLine(build.confirmation ?? '');
    return asked.length === 1 ? said : `${buildTitle(build)}: ${said}`;
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
  const { root, target, build } = subject;
  const owner = { instance: target.instance.url, project: target.project, build: build.name };
  const { variables: memory } = context;
  const before = await memory.last(owner);
  const variables = await askVariables(build, before, (draft) => memory.noteDraft(owner, draft));
  if (variables === undefined) return;
  await performOn(context, [{ root, target, builds: [build] }], () => playing(variables));
  await memory.keep(owner, variables);
};

/** Argument `{ build, variables: { NAME: "value" } }`. */
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

type Choice = { readonly kind: 'play' } | { readonly kind: 'add' } | { readonly kind: 'edit'; readonly name: string };

interface ChoiceItem extends QuickPickItem {
  readonly choice: Choice;
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Whether GitLab accepts the name. */
export function isVariableName(text: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text);
}

/**
 * Lets the user edit variables before a build is played; undefined if they cancel. `changed` is called for every edit,
 * so that none is lost.
 */
export async function askVariables(
  build: Build,
  before: Variables,
  changed: (variables: Variables) => void,
): Promise<Variables | undefined> {
  const variables = new Map(Object.entries(before));
  const tell = () => changed(Object.fromEntries(variables));
  for (;;) {
    const choice = await choose(build, variables, tell);
    if (choice === undefined) return undefined;
    if (choice.kind === 'play') return Object.fromEntries(variables);
    const entered = choice.kind === 'add' ? await askVariable(variables) : await askValue(choice.name, variables);
    if (entered === undefined) continue;
    variables.set(entered.name, entered.value);
    tell();
  }
}

/** Shows the list of variables, with buttons to remove them. */
async function choose(build: Build, variables: Map<string, string>, removed: () => void): Promise<Choice | undefined> {
  const list = window.createQuickPick<ChoiceItem>();
  const trash: QuickInputButton = { iconPath: new ThemeIcon('trash'), tooltip: l10n.t('Remove Variable') };
  const show = () => {
    list.items = itemsOf(build, variables, trash);
    list.placeholder =
      variables.size === 0
        ? l10n.t('Play the build, or add variables first')
        : l10n.t('Play with these variables, or change them first');
  };
  list.title = l10n.t('Play {0}', buildTitle(build));
  list.ignoreFocusOut = true;
  list.keepScrollPosition = true;
  list.onDidTriggerItemButton(({ item: { choice } }) => {
    if (choice.kind !== 'edit') return;
    variables.delete(choice.name);
    removed();
    show();
  });
  show();
  return (await picked(list))?.choice;
}

function itemsOf(
  { name }: Build,
  variables: ReadonlyMap<string, string>,
  trash: QuickInputButton,
): readonly ChoiceItem[] {
  const rows = [...variables].map(([key, value]): ChoiceItem => ({
    label: key,
    description: value === '' ? l10n.t('(empty)') : withoutIcons(oneLine(value)),
    buttons: [trash],
    choice: { kind: 'edit', name: key },
  }));
  const title = withoutIcons(oneLine(name));
  return [
    { label: `$(play) ${playLabel(title, variables.size)}`, alwaysShow: true, choice: { kind: 'play' } },
    ...rows,
    { label: l10n.t('$(add) Add Variable…'), alwaysShow: true, choice: { kind: 'add' } },
  ];
}

function playLabel(name: string, count: number): string {
  if (count === 0) return l10n.t('Play {0} without variables', name);
  return count === 1 ? l10n.t('Play {0} with 1 variable', name) : l10n.t('Play {0} with {1} variables', name, count);
}

/** Asks for name and value in two boxes. Canceling the second returns to the first, and keeps the text of both. */
async function askVariable(variables: ReadonlyMap<string, string>): Promise<Variable | undefined> {
  let [name, value] = ['', ''];
  for (;;) {
    const named = await askLine({
      title: l10n.t('Add Variable (1/2)'),
      prompt: l10n.t('Variable name'),
      value: name,
      check: (text) =>
        isVariableName(text.trim())
          ? undefined
          : l10n.t("Use letters, digits and underscores. The first character can't be a digit."),
    });
    if (!named.accepted) return undefined;
    name = named.text.trim();
    const title = l10n.t('Add Variable (2/2)');
    const valued = await askLine({
      title,
      prompt: l10n.t('Value of {0}', name),
      value: value === '' ? (variables.get(name) ?? '') : value,
    });
    if (valued.accepted) return { name, value: valued.text };
    value = valued.text;
  }
}

async function askValue(name: string, variables: ReadonlyMap<string, string>): Promise<Variable | undefined> {
  const title = l10n.t('Change Variable');
  const { accepted, text } = await askLine({
    title,
    prompt: l10n.t('Value of {0}', name),
    value: variables.get(name) ?? '',
  });
  return accepted ? { name, value: text } : undefined;
}
