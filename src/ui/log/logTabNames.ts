import { commands, TabInputText, window, type Disposable } from 'vscode';
import type { Logs } from './logs';
import { logTabName } from './logTabs';

/**
 * Names the tab in front after its build's status, once that has ended. VS Code names tabs only when it opens them, so the
 * one in front is opened again, where it is.
 */
export class LogTabNames implements Disposable {
  /** Names by URI, so that no tab is named twice. */
  private readonly named = new Map<string, string>();
  private readonly subscriptions: readonly Disposable[];

  constructor(private readonly logs: Logs) {
    const nameTab = (): void => void this.nameTab();
    this.subscriptions = [
      window.onDidChangeActiveTextEditor(nameTab),
      window.tabGroups.onDidChangeTabs(nameTab),
      logs.onDidChangeLog(nameTab),
      logs.onDidClose((uri) => this.named.delete(uri.toString())),
    ];
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  private async nameTab(): Promise<void> {
    const { activeTab, viewColumn } = window.tabGroups.activeTabGroup;
    if (!(activeTab?.input instanceof TabInputText)) return;
    const { uri } = activeTab.input;
    const build = this.logs.of(uri)?.build;
    const name = build === undefined ? undefined : logTabName(build);
    if (name === undefined || activeTab.label === name || this.named.get(uri.toString()) === name) return;
    this.named.set(uri.toString(), name);
    const where = { viewColumn, preserveFocus: true, preview: activeTab.isPreview };
    await commands.executeCommand('vscode.open', uri, where, name);
  }
}
