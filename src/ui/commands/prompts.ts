import {
  env,
  QuickInputButtons,
  UIKind,
  window,
  type InputBox,
  type QuickInputButton,
  type QuickInput,
  type QuickPick,
  type QuickPickItem,
  type CancellationToken,
} from 'vscode';
import { oneLine, withoutIcons, withoutMarkup } from '../text/failures';

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  readonly password?: boolean;
  /** Validates the value while the box is busy; a returned message is shown and the box stays open. */
  readonly check: (value: string) => Promise<string | undefined>;
  /** Whether the current text is a secret and must be masked. */
  readonly masks?: (value: string) => boolean;
  /** Link shown after the prompt. */
  readonly link?: CommandLink | undefined;
  /** A better prompt that is only known after the box is open. */
  readonly later?: Promise<Better | undefined>;
}

type Better = Pick<TextQuestion, 'prompt' | 'link'>;

/** A link that runs one of our commands. */
interface CommandLink {
  readonly words: string;
  readonly command: string;
  readonly args: readonly unknown[];
}

/**
 * Shows a box or a list until `listen` ends it with an answer, then disposes of it; undefined if the user cancels.
 */
function answered<T>(
  input: QuickInput,
  listen: (end: (answer: T) => void, reject: (reason: unknown) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let answer: T | undefined;
    input.onDidHide(() => {
      input.dispose();
      resolve(answer);
    });
    listen((given) => {
      answer = given;
      input.hide();
    }, reject);
    input.show();
  });
}

/** Text in the clipboard; empty in a browser, which would ask the user for permission or fail with an error. */
export async function copiedText(): Promise<string> {
  return env.uiKind === UIKind.Web ? '' : env.clipboard.readText();
}

/** Shows a list until an item of it is accepted; undefined if the user cancels. */
export function picked<T extends QuickPickItem>(list: QuickPick<T>): Promise<T | undefined> {
  return answered<T>(list, (end) =>
    list.onDidAccept(() => {
      const [item] = list.selectedItems;
      if (item !== undefined) end(item);
    }),
  );
}

/** Result of a box if the user goes back to the previous one. */
export const back = Symbol('back');

/** Asks for a line of text until it is valid; undefined if the user cancels. */
export async function askText(question: TextQuestion): Promise<string | undefined> {
  const answer = await ask(question, []);
  return answer === back ? undefined : answer;
}

/** Like `askText`, with a Back button that results in `back`. */
export function askStep(question: TextQuestion): Promise<string | typeof back | undefined> {
  return ask(question, [QuickInputButtons.Back]);
}

function ask(question: TextQuestion, before: readonly QuickInputButton[]): Promise<string | typeof back | undefined> {
  const box = window.createInputBox();
  box.title = oneLine(question.title);
  box.value = question.value ?? '';
  box.placeholder = question.placeholder ?? '';
  box.password = question.password ?? false;
  box.ignoreFocusOut = true;
  box.buttons = before;
  say(box, question);
  return answered<string | typeof back>(box, (end, reject) => {
    box.onDidAccept(() => void submit(box, question, end).catch(reject));
    box.onDidChangeValue((value) => {
      box.validationMessage = undefined;
      if (question.masks !== undefined) box.password = question.masks(value);
    });
    box.onDidTriggerButton(() => end(back));
    question.later?.then((better) => {
      if (better !== undefined) say(box, better);
    }, reject);
  });
}

function say(box: InputBox, { prompt, link }: Better): void {
  const words = link === undefined ? [] : [`[${link.words}](command:${link.command}?${argumentsOf(link)})`];
  box.prompt = [withoutMarkup(prompt), ...words].join(' ');
}

/** Encodes arguments; a parenthesis would end the link. */
function argumentsOf({ args }: CommandLink): string {
  return encodeURIComponent(JSON.stringify(args)).replaceAll('(', '%28').replaceAll(')', '%29');
}

async function submit(box: InputBox, question: TextQuestion, end: (value: string) => void): Promise<void> {
  if (box.busy) return;
  box.busy = true;
  box.enabled = false;
  const value = box.value.trim();
  const problem = await question.check(value).finally(() => {
    box.busy = false;
    box.enabled = true;
  });
  box.validationMessage = problem === undefined ? undefined : withoutMarkup(problem);
  if (problem === undefined) end(value);
}

interface LineQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  /** What is wrong with the value, shown until it is changed. */
  readonly problem?: string | undefined;
  readonly check?: (text: string) => string | undefined;
}

/** Asks for a line of text, blanks included. Escape and the Back button are the same: one step back. */
export async function askLine(question: LineQuestion): Promise<{ readonly accepted: boolean; readonly text: string }> {
  const box = window.createInputBox();
  let text = question.value;
  box.title = oneLine(question.title);
  box.prompt = withoutMarkup(question.prompt);
  box.value = text;
  box.ignoreFocusOut = true;
  box.buttons = [QuickInputButtons.Back];
  if (question.problem !== undefined) box.validationMessage = withoutMarkup(question.problem);
  const accepted = await answered<true>(box, (end) => {
    box.onDidAccept(() => {
      const problem = question.check?.(box.value);
      box.validationMessage = problem === undefined ? undefined : withoutMarkup(problem);
      if (problem === undefined) end(true);
    });
    box.onDidChangeValue((value) => {
      text = value;
      box.validationMessage = undefined;
    });
    box.onDidTriggerButton(() => box.hide());
  });
  return { accepted: accepted ?? false, text };
}

export interface Choice {
  readonly value: string;
  readonly description?: string;
}

interface ChoiceQuestion {
  readonly title: string;
  readonly placeholder: string;
  readonly choices: readonly Choice[];
  /** Label of the item for text that isn't one of the choices. */
  readonly typed: (text: string) => string;
}

interface ChoiceItem extends QuickPickItem {
  readonly value: string;
}

/** Shows a list of suggestions that also accepts other text; undefined if the user cancels. */
export async function chooseOrType(question: ChoiceQuestion): Promise<string | undefined> {
  const quickPick = window.createQuickPick<ChoiceItem>();
  const known = question.choices.map(toItem);
  const list = (): void => {
    const text = quickPick.value.trim();
    const isNew = text !== '' && !known.some(({ value }) => value === text);
    quickPick.items = isNew
      ? [...known, { label: question.typed(withoutIcons(oneLine(text))), value: text, alwaysShow: true }]
      : known;
  };
  quickPick.title = oneLine(question.title);
  quickPick.placeholder = question.placeholder;
  quickPick.matchOnDescription = true;
  quickPick.onDidChangeValue(list);
  list();
  return (await picked(quickPick))?.value;
}

function toItem({ value, description }: Choice): ChoiceItem {
  const label = withoutIcons(oneLine(value));
  return description === undefined ? { label, value } : { label, value, description };
}

/** Creates a controller that aborts when the user cancels. */
export function abortedBy(token: CancellationToken): AbortController {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller;
}
