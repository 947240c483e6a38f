import { window, type QuickPickItem } from 'vscode';
import { oneLine, withoutIcons } from '../text/failures';

export interface Choice {
  readonly value: string;
  readonly description?: string;
}

export interface ChoiceQuestion {
  readonly title: string;
  readonly placeholder: string;
  readonly choices: readonly Choice[];
  /** The item for what is typed and is none of the choices. */
  readonly typed: (text: string) => string;
}

interface ChoiceItem extends QuickPickItem {
  readonly value: string;
}

/** A list of what is known, in which anything else can be typed; undefined when the user backs out. */
export function chooseOrType(question: ChoiceQuestion): Promise<string | undefined> {
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
  quickPick.show();
  return new Promise((resolve) => {
    let chosen: string | undefined;
    quickPick.onDidAccept(() => {
      chosen = quickPick.selectedItems[0]?.value;
      if (chosen !== undefined) quickPick.hide();
    });
    quickPick.onDidHide(() => {
      quickPick.dispose();
      resolve(chosen);
    });
  });
}

function toItem({ value, description }: Choice): ChoiceItem {
  const label = withoutIcons(oneLine(value));
  return description === undefined ? { label, value } : { label, value, description };
}
