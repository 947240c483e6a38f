import assert from 'node:assert/strict';
import type { App } from './app';
import type { FakeInputBox } from './fake/boxes';
import { editor } from './fake/editor';
import { until } from './fake/until';

/** The box that the user may type in, with or without a password in it. */
export const box = (isPassword: boolean): Promise<FakeInputBox> =>
  until(isPassword ? 'the box for the token' : 'the box for the address', () =>
    editor().inputBoxes.find((one) => one.visible && one.enabled && one.password === isPassword),
  );
export const stored = (app: App): string => [...app.secrets.values.values()].join('\n');

export const withToken = (app: App) => app.gitlab.requests.filter(({ headers }) => 'private-token' in headers);

export async function enter(into: FakeInputBox, text: string): Promise<void> {
  into.type(text);
  into.accept();
  await until('the answer', () => !into.busy);
}

/** The commands that VS Code draws as links in a text. */
export function linksIn(text = ''): readonly { words: string; command: string; args: readonly unknown[] }[] {
  return [...text.matchAll(/\[([^\]]+)\]\(command:([\w.]+)(?:\?([^)]*))?\)/g)].map(
    ([, words = '', command = '', args = '']) => ({
      words,
      command,
      args: args === '' ? [] : (JSON.parse(decodeURIComponent(args)) as readonly unknown[]),
    }),
  );
}

/** Clicks on words of the prompt that VS Code draws as a link to a command. */
export async function click({ prompt }: FakeInputBox, words: string): Promise<void> {
  const link = linksIn(prompt).find((one) => one.words === words);
  assert.ok(link, `no link ${words} in ${prompt ?? 'no prompt'}`);
  await editor().commands.get(link.command)?.(...link.args);
}
