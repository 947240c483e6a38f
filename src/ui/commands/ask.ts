import { QuickInputButtons, window, type InputBox, type QuickInputButton } from 'vscode';
import { oneLine, withoutLinks } from '../text/failures';

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  readonly password?: boolean;
  /** Runs while the box is busy; a sentence keeps the box open and is shown in it. */
  readonly check: (value: string) => Promise<string | undefined>;
  readonly button?: QuickInputButton;
  readonly pressed?: () => void;
  /** What can be said better once the box is open. */
  readonly later?: Promise<{ readonly prompt: string; readonly button: QuickInputButton } | undefined>;
}

/** The user wants to go back to the box before. */
export const back = Symbol('back');

/** Asks for a line of text until it passes the check; undefined when the user backs out. */
export async function askText(question: TextQuestion): Promise<string | undefined> {
  const answer = await ask(question, []);
  return answer === back ? undefined : answer;
}

/** As `askText`, for a box that has one before it: its Back button answers `back`. */
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
  say(box, question, before);
  return new Promise((resolve, reject) => {
    let answer: string | typeof back | undefined;
    const end = (given: string | typeof back) => {
      answer = given;
      box.hide();
    };
    box.onDidAccept(() => void submit(box, question, end).catch(reject));
    box.onDidChangeValue(() => (box.validationMessage = undefined));
    box.onDidTriggerButton((button) => (button === QuickInputButtons.Back ? end(back) : question.pressed?.()));
    box.onDidHide(() => {
      box.dispose();
      resolve(answer);
    });
    box.show();
    question.later?.then((better) => {
      if (better !== undefined) say(box, better, before);
    }, reject);
  });
}

function say(
  box: InputBox,
  { prompt, button }: Pick<TextQuestion, 'prompt' | 'button'>,
  before: readonly QuickInputButton[],
): void {
  box.prompt = withoutLinks(prompt);
  box.buttons = button === undefined ? before : [...before, button];
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
  box.validationMessage = problem === undefined ? undefined : withoutLinks(problem);
  if (problem === undefined) end(value);
}
