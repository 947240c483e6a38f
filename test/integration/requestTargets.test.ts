import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { smallProject } from '../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import { api, git, setRemote, signIn, until, workspaceFolder } from './support';

describe('the destination of requests', () => {
  let gitlab: FakeGitLab;
  let other: Listener;

  before(async () => {
    gitlab = await startGitLab();
    other = await listen((_request, respond) => respond(200, '{}'));
  });

  after(async () => {
    for (const instance of [gitlab.url, 'http://gitlab.invalid']) {
      await vscode.commands.executeCommand('gitlabBuilds.signOut', { instance });
    }
    await Promise.all([gitlab.close(), other.close()]);
  });

  it("is not under a hostile repository's control: neither through its settings nor through its remotes", async () => {
    const { project, token, sha } = smallProject(gitlab.world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
    await setRemote(`${gitlab.url}/${project.path}.git`);
    await until('signed out', ({ state }) => state === 'signedOut');
    await signIn(gitlab.url, token);
    await until('ready', ({ state, commit }) => state === 'ready' && commit?.sha === sha);
    await withWorkspaceSettings(
      {
        'gitlabBuilds.instances': [{ url: other.url, hosts: [new URL(gitlab.url).host] }],
        'gitlabBuilds.project': `${other.url}/group/project`,
        'gitlabBuilds.artifacts.directory': '../../outside',
      },
      async () => {
        await until('not found', ({ state }) => state === 'failed');
        await (await api()).refresh();
      },
    );
    await setRemote(`${other.url}/${project.path}.git`);
    await until('signed out', ({ state }) => state === 'signedOut');
    await (await api()).refresh();
    assert.deepEqual(other.requests, []);
  });

  it("follows git's insteadOf for a remote, which vscode.git does not report", async () => {
    const { project, token, sha } = smallProject(gitlab.world, { sha: git('rev-parse', 'HEAD'), path: 'group/short' });
    git('config', `url.${gitlab.url}/.insteadOf`, 'work:');
    try {
      await setRemote(`work:${project.path}.git`);
      await vscode.commands.executeCommand('gitlabBuilds.signOut', { instance: gitlab.url });
      await until('signed out', ({ state }) => state === 'signedOut');
      assert.deepEqual(await signIn(gitlab.url, token), []);
      const repository = await until('ready', ({ state, commit }) => state === 'ready' && commit?.sha === sha);
      assert.equal(repository.project, project.path);
    } finally {
      git('config', '--remove-section', `url.${gitlab.url}/`);
    }
  });

  it('is the proxy that VS Code is configured to use', async () => {
    const { project, token, sha } = smallProject(gitlab.world, {
      sha: git('rev-parse', 'HEAD'),
      path: 'group/proxied',
    });
    const proxy = await listen((incoming, respond) => pass(incoming, gitlab.url, respond));
    const http = vscode.workspace.getConfiguration('http');
    await http.update('proxy', proxy.url, vscode.ConfigurationTarget.Global);
    try {
      await setRemote(`http://gitlab.invalid/${project.path}.git`);
      await until('signed out', ({ state }) => state === 'signedOut');
      assert.deepEqual(await signIn('http://gitlab.invalid', token), []);
      await until('ready', ({ state, commit }) => state === 'ready' && commit?.sha === sha);
      const asked = new Set(proxy.requests.map((url) => new URL(url).host));
      assert.deepEqual([...asked], ['gitlab.invalid']);
    } finally {
      await http.update('proxy', undefined, vscode.ConfigurationTarget.Global);
      await proxy.close();
    }
  });
});

interface Listener {
  readonly url: string;
  /** The request line's targets, as they came. */
  readonly requests: string[];
  close(): Promise<void>;
}

type Respond = (
  status: number,
  body: string,
  headers?: Readonly<Record<string, string | string[] | undefined>>,
) => void;

async function listen(answer: (incoming: IncomingMessage, respond: Respond) => void): Promise<Listener> {
  const requests: string[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    requests.push(incoming.url ?? '');
    answer(incoming, (status, body, headers = {}) => {
      outgoing.writeHead(status, { 'content-type': headers['content-type'] ?? 'application/json' });
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, requests, close };
}

/** What a proxy does with an absolute request line, except that every name leads to the same server. */
function pass(incoming: IncomingMessage, target: string, respond: Respond): void {
  const { pathname, search } = new URL(incoming.url ?? '', target);
  const { 'private-token': token } = incoming.headers;
  const onward = request(
    `${target}${pathname}${search}`,
    { headers: token === undefined ? {} : { 'private-token': token }, method: incoming.method ?? 'GET' },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => respond(answer.statusCode ?? 502, Buffer.concat(chunks).toString(), answer.headers));
    },
  );
  onward.end();
}

/** The settings file that a repository brings along. */
async function withWorkspaceSettings(
  settings: Readonly<Record<string, unknown>>,
  work: () => Promise<void>,
): Promise<void> {
  const folder = join(workspaceFolder(), '.vscode');
  mkdirSync(folder);
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  try {
    await work();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
