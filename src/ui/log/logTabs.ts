import { TabInputText, TabInputTextDiff, window, type Tab, type Uri } from 'vscode';

/** URIs that a tab shows, one or, in a diff, two. */
export function urisOf({ input }: Tab): readonly Uri[] {
  if (input instanceof TabInputText) return [input.uri];
  return input instanceof TabInputTextDiff ? [input.original, input.modified] : [];
}

/** Whether any tab of the window shows the URI, even in the background. */
export function isInTab(uri: Uri): boolean {
  const wanted = uri.toString();
  return window.tabGroups.all.some(({ tabs }) =>
    tabs.some((tab) => urisOf(tab).some((one) => one.toString() === wanted)),
  );
}
