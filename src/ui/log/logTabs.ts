import { TabInputText, TabInputTextDiff, window, type Tab, type Uri } from 'vscode';

/** The documents that a tab shows, side by side or alone. */
export function urisOf({ input }: Tab): readonly Uri[] {
  if (input instanceof TabInputText) return [input.uri];
  return input instanceof TabInputTextDiff ? [input.original, input.modified] : [];
}

/** Whether a tab of the window shows it, be it behind others. */
export function isInTab(uri: Uri): boolean {
  const wanted = uri.toString();
  return window.tabGroups.all.some(({ tabs }) =>
    tabs.some((tab) => urisOf(tab).some((one) => one.toString() === wanted)),
  );
}
