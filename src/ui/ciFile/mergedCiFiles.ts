import { FileSystemError, l10n, Uri, type FileStat } from 'vscode';
import { safeName } from '../../core/artifacts/fileNames';
import { isAbort } from '../../core/model/errors';
import type { Target } from '../../core/model/snapshot';
import { fieldsOfQuery, toQuery } from '../../core/util/uriQuery';
import { mergedScheme } from '../../core/util/fileSchemes';
import { readOnlyStat, textBytes, type ReadableFiles } from '../readOnlyFiles';
import { sentenceFor, UserError } from '../report';
import type { Clients } from '../../core/gitlab/clients';
import type { KnownProjects } from '../../core/session/knownProjects';
import type { Session } from '../../core/session/session';
import type { Tokens } from '../../core/session/tokens';
import { shortSha } from '../text/buildText';
import { oneLine } from '../text/failures';

/** Number of configurations that are kept. */
const maxKept = 10;

/** Identifies the merged configuration of a commit. */
interface MergedAddress {
  /** Root of the repository that it was opened from. */
  readonly root: string;
  /** Base URL. */
  readonly instance: string;
  readonly project: string;
  readonly sha: string;
}

interface Parts {
  readonly session: Pick<Session, 'instances'>;
  readonly clients: Clients;
  readonly tokens: Tokens;
  readonly knownProjects: KnownProjects;
}

/** Merged configurations of commits as read-only files. */
export class MergedCiFiles implements ReadableFiles {
  /** Keyed by instance, project and commit. A commit's configuration only changes if its includes do. */
  private readonly texts = new Map<string, string>();

  constructor(private readonly parts: Parts) {}

  /** Loads a configuration. Throws UserError if GitLab couldn't merge it. */
  async load({ instance, project }: Pick<Target, 'instance' | 'project'>, sha: string, signal: AbortSignal) {
    const key = JSON.stringify([instance.url, project, sha]);
    const known = this.texts.get(key);
    if (known !== undefined) return known;
    const { text, errors } = await this.parts.clients.of(instance).ciFiles.merged(project, sha, signal);
    if (text === undefined)
      throw new UserError(
        errors[0] === undefined
          ? l10n.t("GitLab couldn't merge the configuration of commit {0}.", shortSha(sha))
          : l10n.t("GitLab couldn't merge the configuration of commit {0}: {1}", shortSha(sha), oneLine(errors[0])),
      );
    this.texts.set(key, text);
    const [oldest] = this.texts.keys();
    if (this.texts.size > maxKept && oldest !== undefined) this.texts.delete(oldest);
    return text;
  }

  stat(): FileStat {
    return readOnlyStat(0);
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotADirectory(uri);
  }

  /** What goes wrong is the document's text, as comments: it can be read, and is tried again when it is opened again. */
  async readFile(uri: Uri): Promise<Uint8Array> {
    try {
      return textBytes(await this.textAt(uri));
    } catch (error) {
      if (isAbort(error)) throw error;
      return textBytes(`# ${oneLine(sentenceFor(error))}\n`);
    }
  }

  private async textAt(uri: Uri): Promise<string> {
    const address = toMergedAddress(uri);
    if (address === undefined) throw FileSystemError.FileNotFound(uri);
    const { session, tokens, knownProjects } = this.parts;
    const instance = (await session.instances()).find(({ url }) => url === address.instance);
    if (instance === undefined || (await tokens.get(instance.url)) === undefined)
      throw new UserError(l10n.t("You aren't signed in to the GitLab that has this configuration. Sign in to see it."));
    if (!knownProjects.has(address))
      throw new UserError(
        l10n.t(
          "This workspace hasn't shown the project of this configuration. Open a repository of that project first.",
        ),
      );
    return this.load({ instance, project: address.project }, address.sha, new AbortController().signal);
  }
}

/** URI of a merged configuration. The path is the editor's title and makes it YAML; the query holds the rest. */
export function toMergedUri(address: MergedAddress): Uri {
  const name = safeName(`merged configuration of ${shortSha(address.sha)}.gitlab-ci.yml`);
  return Uri.parse(`${mergedScheme}:/${encodeURIComponent(name.toWellFormed())}?${toQuery(address)}`, true);
}

/** Parses a URI from `toMergedUri`; undefined for any other. URIs are untrusted. */
function toMergedAddress({ scheme, query }: Uri): MergedAddress | undefined {
  const { root, instance, project, sha } = fieldsOfQuery(query);
  const isWhole = [root, instance, project, sha].every((field) => typeof field === 'string');
  return scheme === mergedScheme && isWhole
    ? { root: String(root), instance: String(instance), project: String(project), sha: String(sha) }
    : undefined;
}
