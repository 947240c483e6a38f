import { window, type QuickInputButton } from 'vscode';

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
}

/** Asks for a line of text until it passes the check; undefined when the user backs out. */
export function askText(question: TextQuestion): Promise<string | undefined> {
  const box = window.createInputBox();
  box.title = question.title;
  box.prompt = question.prompt;
  box.value = question.value ?? '';
  box.placeholder = question.placeholder ?? '';
  box.password = question.password ?? false;
  box.ignoreFocusOut = true;
  box.buttons = question.button === undefined ? [] : [question.button];
  return new Promise((resolve, reject) => {
    let answer: string | undefined;
    const submit = async () => {
      if (box.busy) return;
      box.busy = true;
      box.enabled = false;
      const value = box.value.trim();
      const problem = await question.check(value).finally(() => {
        box.busy = false;
        box.enabled = true;
      });
      box.validationMessage = problem;
      if (problem !== undefined) return;
      answer = value;
      box.hide();
    };
    box.onDidAccept(() => void submit().catch(reject));
    box.onDidChangeValue(() => (box.validationMessage = undefined));
    box.onDidTriggerButton(() => question.pressed?.());
    box.onDidHide(() => {
      box.dispose();
      resolve(answer);
    });
    box.show();
  });
}
