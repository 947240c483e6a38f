import { l10n, ThemeIcon, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import type { Variables } from '../../core/gitlab/dialect';
import { oneLine, withoutIcons } from '../text/failures';
import { askLine, picked } from './prompts';

/** Texts about what will run with the variables. */
export interface VariablesWords {
  readonly title: string;
  /** Codicon of the item that runs it. */
  readonly icon: string;
  /** Label of that item by the number of variables. Codicons in it are rendered. */
  readonly run: (count: number) => string;
  /** Placeholder of the list if there are no variables. */
  readonly without: string;
  readonly with: string;
}

type Choice = { readonly kind: 'run' } | { readonly kind: 'add' } | { readonly kind: 'edit'; readonly name: string };

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
 * Lets the user edit variables before something runs with them; undefined if they cancel. `changed` is called for every edit,
 * so that none is lost.
 */
export async function askVariables(
  words: VariablesWords,
  before: Variables,
  changed: (variables: Variables) => void,
): Promise<Variables | undefined> {
  const variables = new Map(Object.entries(before));
  const tell = () => changed(Object.fromEntries(variables));
  for (;;) {
    const choice = await choose(words, variables, tell);
    if (choice === undefined) return undefined;
    if (choice.kind === 'run') return Object.fromEntries(variables);
    const entered = choice.kind === 'add' ? await askVariable(variables) : await askValue(choice.name, variables);
    if (entered === undefined) continue;
    variables.set(entered.name, entered.value);
    tell();
  }
}

/** Shows the list of variables, with buttons to remove them. */
async function choose(
  words: VariablesWords,
  variables: Map<string, string>,
  removed: () => void,
): Promise<Choice | undefined> {
  const list = window.createQuickPick<ChoiceItem>();
  const trash: QuickInputButton = { iconPath: new ThemeIcon('trash'), tooltip: l10n.t('Remove Variable') };
  const show = () => {
    list.items = itemsOf(words, variables, trash);
    list.placeholder = variables.size === 0 ? words.without : words.with;
  };
  list.title = words.title;
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
  words: VariablesWords,
  variables: ReadonlyMap<string, string>,
  trash: QuickInputButton,
): readonly ChoiceItem[] {
  const rows = [...variables].map(([key, value]): ChoiceItem => ({
    label: key,
    description: value === '' ? l10n.t('(empty)') : withoutIcons(oneLine(value)),
    buttons: [trash],
    choice: { kind: 'edit', name: key },
  }));
  return [
    { label: `$(${words.icon}) ${words.run(variables.size)}`, alwaysShow: true, choice: { kind: 'run' } },
    ...rows,
    { label: l10n.t('$(add) Add Variable…'), alwaysShow: true, choice: { kind: 'add' } },
  ];
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
