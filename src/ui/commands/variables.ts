import { readFile, stat } from 'node:fs/promises';
import { l10n, ThemeIcon, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import type { PipelineVariables, VariableValue } from '../../core/gitlab/dialect';
import { UserError } from '../report';
import { formatSize } from '../text/buildText';
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
  /** Whether the value of a variable may be a file. */
  readonly takesFiles?: boolean;
}

type Choice =
  { readonly kind: 'run' } | { readonly kind: 'add' | 'addFile' } | { readonly kind: 'edit'; readonly name: string };

interface ChoiceItem extends QuickPickItem {
  readonly choice: Choice;
}

interface Variable {
  readonly name: string;
  readonly value: VariableValue;
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
  before: PipelineVariables,
  changed: (variables: PipelineVariables) => void,
): Promise<PipelineVariables | undefined> {
  const variables = new Map(Object.entries(before));
  const tell = () => changed(Object.fromEntries(variables));
  for (;;) {
    const choice = await pickVariable(words, variables, tell);
    if (choice === undefined) return undefined;
    if (choice.kind === 'run') return Object.fromEntries(variables);
    const entered = await enter(choice, variables);
    if (entered === undefined) continue;
    variables.set(entered.name, entered.value);
    tell();
  }
}

function enter(
  choice: Exclude<Choice, { readonly kind: 'run' }>,
  variables: ReadonlyMap<string, VariableValue>,
): Promise<Variable | undefined> {
  if (choice.kind === 'edit') return askValue(choice.name, variables);
  return choice.kind === 'add' ? askVariable(variables) : askFileVariable();
}

/** Shows the list of variables, with buttons to remove them. */
async function pickVariable(
  words: VariablesWords,
  variables: Map<string, VariableValue>,
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
  variables: ReadonlyMap<string, VariableValue>,
  trash: QuickInputButton,
): readonly ChoiceItem[] {
  const rows = [...variables].map(([key, value]): ChoiceItem => ({
    label: key,
    description: shownValue(value),
    buttons: [trash],
    choice: { kind: 'edit', name: key },
  }));
  const addFile: ChoiceItem = {
    label: l10n.t('$(file-add) Add File Variable…'),
    alwaysShow: true,
    choice: { kind: 'addFile' },
  };
  return [
    { label: `$(${words.icon}) ${words.run(variables.size)}`, alwaysShow: true, choice: { kind: 'run' } },
    ...rows,
    { label: l10n.t('$(add) Add Variable…'), alwaysShow: true, choice: { kind: 'add' } },
    ...(words.takesFiles === true ? [addFile] : []),
  ];
}

function shownValue(value: VariableValue): string {
  if (typeof value !== 'string') return l10n.t('file, {0}', formatSize(Buffer.byteLength(value.file)));
  return value === '' ? l10n.t('(empty)') : withoutIcons(oneLine(value));
}

/** Maximum size of a file, in bytes. */
const largestFile = 512 * 1024;

async function askFileVariable(): Promise<Variable | undefined> {
  const named = await askName(l10n.t('Add File Variable'), '');
  if (!named.accepted) return undefined;
  const value = await askFile();
  return value === undefined ? undefined : { name: named.text.trim(), value };
}

/** Content of a file that the user selects. Throws UserError if it isn't text, or is too large. */
async function askFile(): Promise<VariableValue | undefined> {
  const [uri] = (await window.showOpenDialog({ openLabel: l10n.t('Use as Value') })) ?? [];
  if (uri === undefined) return undefined;
  if ((await stat(uri.fsPath)).size > largestFile)
    throw new UserError(l10n.t('The file is larger than {0}.', formatSize(largestFile)));
  const bytes = await readFile(uri.fsPath);
  try {
    return { file: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    throw new UserError(l10n.t("The file isn't UTF-8 text."));
  }
}

/** Asks for name and value in two boxes. Canceling the second returns to the first, and keeps the text of both. */
async function askVariable(variables: ReadonlyMap<string, VariableValue>): Promise<Variable | undefined> {
  let [name, value] = ['', ''];
  for (;;) {
    const named = await askName(l10n.t('Add Variable (1/2)'), name);
    if (!named.accepted) return undefined;
    name = named.text.trim();
    const title = l10n.t('Add Variable (2/2)');
    const valued = await askLine({
      title,
      prompt: l10n.t('Value of {0}', name),
      value: value === '' ? textOf(variables.get(name)) : value,
    });
    if (valued.accepted) return { name, value: valued.text };
    value = valued.text;
  }
}

function askName(title: string, value: string) {
  return askLine({
    title,
    prompt: l10n.t('Variable name'),
    value,
    check: (text) =>
      isVariableName(text.trim())
        ? undefined
        : l10n.t("Use letters, digits and underscores. The first character can't be a digit."),
  });
}

async function askValue(name: string, variables: ReadonlyMap<string, VariableValue>): Promise<Variable | undefined> {
  const before = variables.get(name);
  if (before !== undefined && typeof before !== 'string') {
    const file = await askFile();
    return file === undefined ? undefined : { name, value: file };
  }
  const title = l10n.t('Change Variable');
  const { accepted, text } = await askLine({ title, prompt: l10n.t('Value of {0}', name), value: before ?? '' });
  return accepted ? { name, value: text } : undefined;
}

function textOf(value: VariableValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
