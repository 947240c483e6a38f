import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Exports, GitLabBuildsAPI, RepositoryBuilds } from '../../src/ui/api';
import type { Build } from '../../src/core/model/build';

export const extensionId = 'gitlab-builds.gitlab-builds';

export function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no workspace folder is open');
  return folder.uri.fsPath;
}

export function git(...args: readonly string[]): string {
  return gitIn(workspaceFolder(), ...args);
}

export function gitIn(cwd: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A commit made outside of VS Code; its sha. */
export function commit(message: string): string {
  git('commit', '--quiet', '--allow-empty', `--message=${message}`);
  return git('rev-parse', 'HEAD');
}

/** Makes the URL the one remote, and waits until vscode.git has seen it. */
export async function setRemote(url: string): Promise<void> {
  for (const name of git('remote').split('\n').filter(Boolean)) git('remote', 'remove', name);
  git('remote', 'add', 'origin', url);
  await vscode.commands.executeCommand('git.refresh');
}

/** Changes a user setting of the extension; undefined restores the default. */
export async function setting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('gitlabBuilds').update(name, value, vscode.ConfigurationTarget.Global);
}

export async function api(): Promise<GitLabBuildsAPI> {
  const extension = vscode.extensions.getExtension<Exports>(extensionId);
  assert.ok(extension, 'VS Code does not know the extension');
  return (await extension.activate()).getAPI(1);
}

/** Resolves as soon as the repository's builds are as wanted; the message of a time-out tells what they were. */
export async function until(
  what: string,
  wanted: (repository: RepositoryBuilds) => boolean,
): Promise<RepositoryBuilds> {
  const builds = await api();
  const find = () => builds.repositories.find(wanted);
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = find();
      if (found !== undefined) finish(() => resolve(found));
    };
    const listener = builds.onDidChange(look);
    const timer = setTimeout(
      () => finish(() => reject(new Error(`not ${what}: ${JSON.stringify(builds.repositories)}`))),
      15_000,
    );
    const finish = (end: () => void) => {
      clearTimeout(timer);
      listener.dispose();
      end();
    };
    look();
  });
}

export function buildNamed(repository: RepositoryBuilds, name: string): Build {
  const build = repository.builds.find((one) => one.name === name);
  assert.ok(build, `no build ${name} in ${repository.builds.map((one) => one.name).join(', ')}`);
  return build;
}

/**
 * Answers what the extension asks with, for the length of `work`: a test runs in the extension host, so what it puts in
 * place of a function of `vscode.window` is what the extension calls.
 */
export async function answering<T>(answers: Partial<typeof vscode.window>, work: () => Thenable<T>): Promise<T> {
  const window = vscode.window as unknown as Record<string, unknown>;
  const names = Object.keys(answers);
  const originals = names.map((name) => [name, window[name]] as const);
  Object.assign(window, answers);
  try {
    return await work();
  } finally {
    for (const [name, original] of originals) window[name] = original;
  }
}

/** Signs in through the command, as a user who types these lines into the boxes that come; resolves with the complaints. */
export async function signIn(...lines: readonly string[]): Promise<readonly string[]> {
  const complaints: string[] = [];
  const rest = [...lines];
  const createInputBox = () => typingBox(rest, complaints);
  await answering({ createInputBox }, () => vscode.commands.executeCommand('gitlabBuilds.signIn'));
  return complaints;
}

function typingBox(lines: string[], complaints: string[]): vscode.InputBox {
  const events = { accept: new vscode.EventEmitter<void>(), hide: new vscode.EventEmitter<void>() };
  const quiet = new vscode.EventEmitter<never>();
  const type = () => {
    const line = lines.shift();
    if (line === undefined) box.hide();
    else {
      box.value = line;
      events.accept.fire();
    }
  };
  const box = {
    value: '',
    enabled: true,
    busy: false,
    onDidAccept: events.accept.event,
    onDidHide: events.hide.event,
    onDidChangeValue: quiet.event,
    onDidTriggerButton: quiet.event,
    show: () => void setTimeout(type),
    hide: () => events.hide.fire(),
    dispose: () => undefined,
    set validationMessage(message: string | undefined) {
      if (message === undefined) return;
      complaints.push(message);
      setTimeout(type);
    },
  };
  return box as unknown as vscode.InputBox;
}

/** What the extension tells in messages during `work`, which sees them come; every one is answered with `button`. */
export async function messagesDuring(
  work: (told: readonly string[]) => Thenable<unknown>,
  button?: string,
): Promise<readonly string[]> {
  const told: string[] = [];
  const tell = (message: string, ...items: readonly unknown[]) => {
    const detail = (items[0] as { detail?: string } | undefined)?.detail;
    told.push(detail === undefined ? message : `${message}\n${detail}`);
    return Promise.resolve(items.includes(button) ? button : undefined);
  };
  const answers = { showErrorMessage: tell, showWarningMessage: tell, showInformationMessage: tell };
  await answering(answers as unknown as Partial<typeof vscode.window>, () => work(told));
  return told;
}

/** Waits until a check no longer throws, at most 40 seconds: a window without focus polls and tells later. */
export async function eventually(check: () => unknown): Promise<void> {
  const end = Date.now() + 40_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await delay(25);
    }
  }
}
