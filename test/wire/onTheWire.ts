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
const many = { refreshes: 30, pauseMs: 0 };

/** How VS Code comes to trust the server's certificate. */
type Trust = 'NODE_EXTRA_CA_CERTS' | 'the system';

/**
 * Node 20, on which VS Code 1.100 runs, forgets NODE_EXTRA_CA_CERTS as soon as the certificates of the system are added
 * to a connection. So there the variable needs `http.systemCertificates` to be off.
 */
const trusts: Readonly<Record<Release, { readonly first: Trust; readonly second: Trust }>> = {
  newest: { first: 'NODE_EXTRA_CA_CERTS', second: 'the system' },
  oldest: { first: 'the system', second: 'NODE_EXTRA_CA_CERTS' },
};

const hasAddress = await hasRelayAddress();
if (!hasAddress) console.log(`This system has no ${relayHost}: what goes through a proxy is not tested here.`);

/** Describes how requests leave a VS Code: through which proxy, over how many connections, trusting whom. */
export function describeWire(release: Release): void {
  if (!hasAddress) return;
  const { first, second } = trusts[release];

  describe(`On the wire of the ${release} VS Code, over TLS with a certificate of ${first}`, function () {
    this.timeout(180_000);
    let observed: Observed;

    before(async () => {
      observed = await observe(release, first, (bySetting) => [...stepsBy(bySetting), ...polls(bySetting)]);
    });

    for (const support of supports) {
      it(`http.proxySupport ${support}: requests use the configured proxy, or else the environment's`, () => {
        const goesBy = (name: string) => {
          const { requests, bySetting, byEnvironment } = countsOf(observed, name);
          assert.ok(requests > 0, `no request during ${name}`);
          assert.equal(observed.shown[name], 'ready');
          return [bySetting > 0, byEnvironment > 0];
        };
        const isProxied = support !== 'off';
        assert.deepEqual(goesBy(`${support} setting`), [isProxied, false]);
        assert.deepEqual(goesBy(`${support} environment`), [false, isProxied]);
      });

      it(`http.proxySupport ${support}: 30 polls open only the first connection`, () => {
        const { requests, connections } = countsOf(observed, `${support} polls`);
        assert.ok(requests >= 30, `${requests} requests`);
        assert.equal(connections, 1);
      });
    }

    it('30 polls through a proxy take at most one tunnel each, since VS Code creates an agent for each request', () => {
      const { requests, bySetting, connections } = countsOf(observed, 'proxied polls');
      assert.ok(requests >= 30, `${requests} requests`);
      assert.ok(bySetting <= requests && connections <= requests, `${bySetting} tunnels, ${connections} connections`);
      assert.equal(observed.shown['proxied polls'], 'ready');
    });

    it("a connection survives a pause longer than Node's limit of five seconds", () => {
      for (const name of ['override pause', 'off pause']) {
        assert.equal(countsOf(observed, name).connections, 1, name);
        assert.equal(observed.shown[name], 'ready');
      }
    });

    it('the proxies receive their passwords with each tunnel', () => assert.equal(observed.refused, 0));
  });

  describe(`On the wire of the ${release} VS Code, over TLS with a certificate of ${second}`, function () {
    this.timeout(180_000);

    it('requests get a response, directly and through a proxy, whatever the value of http.proxySupport', async () => {
      const observed = await observe(release, second, stepsBy);
      const failed = Object.entries(observed.shown).filter(([, state]) => state !== 'ready');
      assert.deepEqual(failed, []);
      for (const name of Object.keys(observed.shown)) assert.ok(countsOf(observed, name).requests > 0, name);
    });
  });
}

function countsOf({ counts }: Observed, name: string): Counts {
  const found = counts[name];
  assert.ok(found, `nothing is known of ${name}`);
  return found;
}

function stepsBy(proxy: string): WireStep[] {
  return supports.flatMap((proxySupport) => [
    { name: `${proxySupport} setting`, proxySupport, proxy, ...few },
    { name: `${proxySupport} environment`, proxySupport, proxy: '', ...few },
  ]);
}

/** Steps without a pause, as far as connections go, and two with a pause after which Node would have closed them. */
function polls(proxy: string): WireStep[] {
  const direct = { proxy: '', noProxy: [relayHost] };
  return [
    ...supports.map((proxySupport) => ({ name: `${proxySupport} polls`, proxySupport, ...direct, ...many })),
    { name: 'proxied polls', proxySupport: 'override', proxy, ...many },
    { name: 'override pause', proxySupport: 'override', ...direct, refreshes: 2, pauseMs: 7000 },
    { name: 'off pause', proxySupport: 'off', ...direct, refreshes: 2, pauseMs: 7000 },
  ];
}

/** Runs all steps in one VS Code. */
async function observe(
  release: Release,
  trust: Trust,
  stepsWith: (proxy: string) => readonly WireStep[],
): Promise<Observed> {
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
      ...(await trusting(trust, release, tls.file, folder)),
      HTTPS_PROXY: byEnvironment.url,
      GITLAB_HOST: url,
      GITLAB_TOKEN: token,
    };
    const job = { control: control.url, steps: stepsWith(bySetting.url) };
    const settings = {
      'http.systemCertificates': trust === 'the system' || release === 'newest',
      // No poll gets among the refreshes that are counted, or keeps a connection open through a pause.
      'gitlabBuilds.refresh.activeSeconds': 600,
    };
    const shown = await runJob({ release, folder, workspace: workspace.folder, env, settings }, job);
    return { shown, counts, refused: bySetting.refused() + byEnvironment.refused() };
  } finally {
    control.close();
    await workspace.remove();
    await Promise.all([relay.close(), bySetting.close(), byEnvironment.close(), fake.close()]);
    await remove();
  }
}

/** Environment in which VS Code trusts the certificate, and in no other way. */
async function trusting(
  trust: Trust,
  release: Release,
  file: string,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  if (trust === 'NODE_EXTRA_CA_CERTS') return { NODE_EXTRA_CA_CERTS: file };
  // The newest VS Code asks Node for the system's certificates, and Node OpenSSL, which goes by a variable.
  if (release === 'newest') return { NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: file };
  const hook = join(folder, 'systemCertificates.cjs');
  await writeFile(hook, readingAsSystems(file));
  return { NODE_EXTRA_CA_CERTS: '', NODE_OPTIONS: `--require ${hook}` };
}

/** The oldest VS Code reads the list that Linux distributions keep, and only that: no test can write there. */
function readingAsSystems(file: string): string {
  return `const { promises } = require('node:fs');
const { readFile } = promises;
const lists = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'];
promises.readFile = (path, ...options) => readFile(lists.includes(path) ? ${JSON.stringify(file)} : path, ...options);
`;
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
  readonly settings: Readonly<Record<string, unknown>>;
}

async function runJob(
  { release, folder, workspace, env, settings }: Place,
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
    settings,
    env: { ...plainGit, ...env, WIRE_PROGRAM: program, WIRE_JOB: JSON.stringify(whole) },
    log: (line) => log.push(line),
  });
  assert.equal(code, 0, log.slice(-20).join('\n'));
  return JSON.parse(await readFile(whole.file, 'utf8')) as WireTestResult;
}

/** VS Code's extension host takes a CommonJS module only. */
const shim = "exports.run = () => import(process.env.WIRE_PROGRAM).then(({ run }) => run(require('vscode')));\n";
