import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { smallProject } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';
import { copyExtension } from '../vscode/activation';
import { createCertificate } from '../vscode/certificate';
import { runInExtensionHost } from '../vscode/extensionHost';
import type { Release } from '../vscode/install';
import { projectRoot } from '../vscode/project';
import { startProxy } from '../vscode/proxy';
import { hasRelayAddress, relayHost, startRelay } from '../vscode/relay';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { createWorkspace, git, plainGit } from '../vscode/workspace';
import type { WireStep, WireTestJob, WireTestResult } from './host.main';

/** What happened during a step. */
interface Counts {
  requests: number;
  /** Connections that reached GitLab, through a proxy or not. */
  connections: number;
  bySetting: number;
  byEnvironment: number;
}

interface Observed {
  readonly shown: WireTestResult;
  readonly counts: Readonly<Record<string, Counts>>;
  readonly refused: number;
}

const supports = ['override', 'on', 'fallback', 'off'] as const;
const few = { refreshes: 2, pauseMs: 0 };

const hasAddress = await hasRelayAddress();
if (!hasAddress) console.log(`This system has no ${relayHost}: what goes through a proxy is not tested here.`);

for (const release of hasAddress ? (['newest'] as const) : []) {
  describe(`On the wire of the ${release} VS Code, over TLS with a certificate of NODE_EXTRA_CA_CERTS`, function () {
    this.timeout(120_000);
    let observed: Observed;

    before(async () => {
      observed = await observe(release);
    });

    for (const support of supports) {
      it(`http.proxySupport ${support}: requests take the proxy of the setting, else that of the environment`, () => {
        const goesBy = (name: string) => {
          const { requests, bySetting, byEnvironment } = countsOf(name);
          assert.ok(requests > 0, `no request during ${name}`);
          assert.equal(observed.shown[name], 'ready');
          return [bySetting > 0, byEnvironment > 0];
        };
        const isProxied = support !== 'off';
        assert.deepEqual(goesBy(`${support} setting`), [isProxied, false]);
        assert.deepEqual(goesBy(`${support} environment`), [false, isProxied]);
      });
    }

    for (const support of ['override', 'off'] as const)
      it(`http.proxySupport ${support}: 30 polls open no connection but the first`, () => {
        const { requests, connections } = countsOf(`${support} polls`);
        assert.ok(requests >= 30, `${requests} requests`);
        assert.equal(connections, 1);
      });

    it('a connection outlives a pause that is longer than that of Node, which is five seconds', () => {
      assert.equal(countsOf('off pause').connections, 1);
      assert.equal(observed.shown['off pause'], 'ready');
    });

    it('the proxies are given their passwords with each tunnel', () => assert.equal(observed.refused, 0));

    const countsOf = (name: string): Counts => {
      const counts = observed.counts[name];
      assert.ok(counts, `nothing is known of ${name}`);
      return counts;
    };
  });
}

function stepsBy(proxy: string): WireStep[] {
  return supports.flatMap((proxySupport) => [
    { name: `${proxySupport} setting`, proxySupport, proxy, ...few },
    { name: `${proxySupport} environment`, proxySupport, proxy: '', ...few },
  ]);
}

/** Steps without a pause, as far as connections go, and one with a pause after which Node would have closed them. */
const polls: readonly WireStep[] = [
  { name: 'override polls', proxySupport: 'override', proxy: '', noProxy: [relayHost], refreshes: 30, pauseMs: 0 },
  { name: 'off polls', proxySupport: 'off', proxy: '', refreshes: 30, pauseMs: 0 },
  { name: 'off pause', proxySupport: 'off', proxy: '', refreshes: 2, pauseMs: 7000 },
];

/** Runs all steps in one VS Code. */
async function observe(release: Release): Promise<Observed> {
  const { path: folder, remove } = temporaryFolder('wire-');
  const tls = await createCertificate(folder, relayHost);
  const fake = await startGitLab({ profile: '18.9', tls });
  const relay = await startRelay({ target: () => Number(new URL(fake.url).port) });
  const [bySetting, byEnvironment] = await Promise.all([startProxy('user', 'secret'), startProxy('other', 'secret')]);
  const workspace = await createWorkspace();
  const counts: Record<string, Counts> = {};
  const now = (): Counts => ({
    requests: fake.requests.length,
    connections: relay.connections(),
    bySetting: bySetting.tunnels(),
    byEnvironment: byEnvironment.tunnels(),
  });
  const control = await startControl((verb, name) => {
    if (verb === 'begin') relay.disconnect();
    counts[name] = verb === 'begin' ? now() : difference(now(), counts[name]);
  });
  try {
    const url = `https://${relay.host}:${relay.port}`;
    const sha = await git(workspace.folder, 'rev-parse', 'HEAD');
    const { project, token } = smallProject(fake.world, { sha });
    await git(workspace.folder, 'remote', 'add', 'origin', `${url}/${project.path}.git`);
    const env = {
      NODE_EXTRA_CA_CERTS: tls.file,
      HTTPS_PROXY: byEnvironment.url,
      GITLAB_HOST: url,
      GITLAB_TOKEN: token,
    };
    const job = { control: control.url, steps: [...stepsBy(bySetting.url), ...polls] };
    const shown = await runJob({ release, folder, workspace: workspace.folder, env }, job);
    return { shown, counts, refused: bySetting.refused() + byEnvironment.refused() };
  } finally {
    control.close();
    await workspace.remove();
    await Promise.all([relay.close(), bySetting.close(), byEnvironment.close(), fake.close()]);
    await remove();
  }
}

function difference(after: Counts, before?: Counts): Counts {
  if (before === undefined) throw new Error('A count has ended that has not begun.');
  return {
    requests: after.requests - before.requests,
    connections: after.connections - before.connections,
    bySetting: after.bySetting - before.bySetting,
    byEnvironment: after.byEnvironment - before.byEnvironment,
  };
}

async function startControl(told: (verb: string, name: string) => void) {
  const server = createServer(({ url = '' }, response) => {
    const [, verb = '', name = ''] = url.split('/').map(decodeURIComponent);
    told(verb, name);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

interface Place {
  readonly release: Release;
  readonly folder: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runJob(
  { release, folder, workspace, env }: Place,
  job: Omit<WireTestJob, 'id' | 'file'>,
): Promise<WireTestResult> {
  const developmentPath = join(folder, 'extension');
  const id = await copyExtension(projectRoot, developmentPath);
  const testsPath = join(folder, 'shim.js');
  await writeFile(testsPath, shim);
  const whole: WireTestJob = { ...job, id, file: join(folder, 'result.json') };
  const program = pathToFileURL(join(projectRoot, 'out', 'test', 'wire', 'host.main.mjs')).href;
  const log: string[] = [];
  const code = await runInExtensionHost({
    release,
    workspace,
    developmentPath,
    testsPath,
    env: { ...plainGit, ...env, WIRE_PROGRAM: program, WIRE_JOB: JSON.stringify(whole) },
    log: (line) => log.push(line),
  });
  assert.equal(code, 0, log.slice(-20).join('\n'));
  return JSON.parse(await readFile(whole.file, 'utf8')) as WireTestResult;
}

/** VS Code's extension host takes a CommonJS module only. */
const shim = "exports.run = () => import(process.env.WIRE_PROGRAM).then(({ run }) => run(require('vscode')));\n";
