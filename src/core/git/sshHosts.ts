import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import type { Instance } from '../model/instance';
import { unknownSshHosts, type Remote } from '../model/remotes';

const timeoutMs = 2000;
const maxBytes = 64 * 1024;

/**
 * Resolves the hosts of ssh remotes as the user's ssh configuration does, such as `work` in `git@work:group/project`.
 * A host is resolved once, until it is forgotten.
 */
export class SshHosts {
  private readonly resolved = new Map<string, Promise<string | undefined>>();

  constructor(private readonly program = 'ssh') {}

  /** Adds the real host to each ssh remote whose host belongs to no instance. Never rejects. */
  async complete(remotes: readonly Remote[], instances: readonly Instance[]): Promise<readonly Remote[]> {
    const unknown = unknownSshHosts(remotes, instances);
    if (unknown.size === 0) return remotes;
    return Promise.all(
      remotes.map(async (remote) => {
        const host = unknown.get(remote.name);
        const sshHost = host === undefined ? undefined : await this.resolve(host);
        return sshHost === undefined ? remote : { ...remote, sshHost };
      }),
    );
  }

  /** Resolves each host again when it is next needed, because the configuration may have changed. */
  forget(): void {
    this.resolved.clear();
  }

  private resolve(host: string): Promise<string | undefined> {
    const known = this.resolved.get(host) ?? resolveSshHost(this.program, host);
    this.resolved.set(host, known);
    return known;
  }
}

/** The `hostname` that ssh would connect to; undefined if ssh is missing, fails or takes too long. */
async function resolveSshHost(program: string, host: string): Promise<string | undefined> {
  // Such a name is an option to no version of ssh, and nothing to a shell in the configuration.
  if (!/^[\w.][\w.-]*$/.test(host)) return undefined;
  try {
    const options = {
      // Not a repository's folder, where Windows would look for programs first.
      cwd: homedir(),
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: maxBytes,
      windowsHide: true,
    } as const;
    const { stdout } = await promisify(execFile)(program, ['-G', '--', host], options);
    const line = stdout.split(/\r?\n/).find((one) => one.startsWith('hostname '));
    return line?.slice('hostname '.length).trim().toLowerCase();
  } catch {
    return undefined;
  }
}
