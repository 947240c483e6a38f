import { l10n, TabInputText, TabInputTextDiff, ViewColumn, window, type Tab, type Uri } from 'vscode';
import { statusClass, type Build } from '../../core/model/build';
import { buildLabel, buildTitle } from '../text/buildText';

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

/**
 * Name of the tab of an ended build's log, `rspec #12 · failed`, which screen readers read, unlike a tab's decorations;
 * undefined for any other build, since a name doesn't change with the status while its tab is in the background.
 */
export function logTabName(build: Build): string | undefined {
  return statusClass(build.status) === 'ended' ? l10n.t('{0} · {1}', buildTitle(build), buildLabel(build)) : undefined;
}

/** Arguments of `vscode.open` for a log. VS Code takes a name only along with a column. */
export function logOpenArguments(uri: Uri, build: Build): readonly unknown[] {
  const name = logTabName(build);
  return name === undefined ? [uri] : [uri, ViewColumn.Active, name];
}
