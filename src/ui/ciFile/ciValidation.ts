import { l10n, workspace, type Disposable, type TextDocument, type Uri } from 'vscode';
import { ciFileName, longestCiFile } from '../../core/ciFile/ciFile';
import { readCiKeys } from '../../core/ciFile/ciKeys';
import { placeOf } from '../../core/ciFile/lintPlace';
import type { CiLint } from '../../core/gitlab/ciLint';
import { isAbort } from '../../core/model/errors';
import { targetOf, type Snapshot } from '../../core/model/snapshot';
import type { Logger } from '../../core/util/logger';
import { timeSlice } from '../../core/util/timeSlice';
import type { GitRepository } from '../../core/git/gitRepository';
import { sentenceFor, UserError } from '../report';
import type { Clients } from '../../core/gitlab/clients';
import { placeOfFile, type CiFiles, type LocatedCiFile, type ShownRepositories } from './ciFiles';
import { CiProblems, type CiProblem } from './ciProblems';

/** Maximum length of a message to search for locations, in UTF-16 units. */
const longestMessage = 2000;
/** Number of keys after which no further files are compared with messages. */
const maxKeys = 20_000;

interface Session extends ShownRepositories {
  snapshotOf(root: string): Snapshot | undefined;
}

interface Parts {
  readonly files: CiFiles;
  readonly session: Session;
  readonly clients: Clients;
  readonly settings: { validatesCiFileOnSave(): boolean };
  readonly log: Logger;
}

/** Result of a validation. */
export interface CiVerdict {
  readonly isValid: boolean;
  /** Errors first. */
  readonly problems: readonly CiProblem[];
  /** Whether the file includes others of the repository, which GitLab reads on the default branch. */
  readonly includesFiles: boolean;
}

/** Validates CI files with GitLab, and shows what is wrong with them as problems. */
export class CiValidation implements Disposable {
  private readonly problems = new CiProblems();
  /** The newest validation of each repository, by root. */
  private readonly newest = new Map<string, symbol>();
  private readonly listener = workspace.onDidSaveTextDocument((document) => void this.onSave(document));

  constructor(private readonly parts: Parts) {}

  /** Called when the state of the view has changed. */
  show({ repositories }: { readonly repositories: readonly { root: string; snapshot: Snapshot | undefined }[] }): void {
    const ready = repositories.filter(({ snapshot }) => targetOf(snapshot) !== undefined).map(({ root }) => root);
    this.problems.keepOnly((root) => ready.includes(root));
  }

  /**
   * Validates the `.gitlab-ci.yml` of a repository as it is in the editor, and shows its problems. Undefined if the file
   * was changed meanwhile or another validation has begun, since the result is about another text then.
   */
  async validate(root: string, signal: AbortSignal): Promise<CiVerdict | undefined> {
    const round = Symbol(root);
    this.newest.set(root, round);
    const { files, session, clients } = this.parts;
    const [repository, target] = [session.repositoryOf(root), targetOf(session.snapshotOf(root))];
    if (repository === undefined || target === undefined) return undefined;
    const file = await this.rootFile(repository);
    const lint = await clients.of(target.instance).ciFiles.lint(target.project, file.text, signal);
    const problems = await this.problemsOf(repository, lint);
    const isCurrent = this.newest.get(root) === round && (await files.at(repository, ciFileName))?.text === file.text;
    if (!isCurrent) return undefined;
    this.problems.show(root, problems);
    return { isValid: lint.isValid, problems, includesFiles: file.includes.length > 0 };
  }

  /** Where a message about a repository's configuration belongs in its files; undefined if it has none. */
  async locate(repository: GitRepository, message: string): Promise<Omit<CiProblem, 'severity'> | undefined> {
    const [problem] = await this.located(repository, [message]);
    return problem;
  }

  dispose(): void {
    this.listener.dispose();
    this.problems.dispose();
  }

  private async rootFile(repository: GitRepository): Promise<LocatedCiFile> {
    const file = await this.parts.files.at(repository, ciFileName);
    if (file === undefined) throw new UserError(l10n.t('This repository has no {0}.', ciFileName));
    if (file.text.length > longestCiFile) throw new UserError(l10n.t('{0} is too large to validate.', ciFileName));
    return file;
  }

  private async problemsOf(repository: GitRepository, lint: CiLint): Promise<readonly CiProblem[]> {
    const untold = lint.isValid || lint.errors.length > 0 ? [] : [l10n.t("GitLab doesn't say what is wrong.")];
    const errors = await this.located(repository, [...lint.errors, ...untold]);
    const warnings = await this.located(repository, lint.warnings);
    return [
      ...errors.map((one) => ({ ...one, severity: 'error' as const })),
      ...warnings.map((one) => ({ ...one, severity: 'warning' as const })),
    ];
  }

  private async located(
    repository: GitRepository,
    messages: readonly string[],
  ): Promise<readonly Omit<CiProblem, 'severity'>[]> {
    if (messages.length === 0) return [];
    const linted: { readonly path: string; readonly keys: Awaited<ReturnType<typeof readCiKeys>> }[] = [];
    const uris = new Map<string, Uri>();
    let keysLeft = maxKeys;
    for await (const { path, uri, text } of this.parts.files.all(repository)) {
      const keys = await readCiKeys(text);
      linted.push({ path, keys });
      uris.set(path, uri);
      keysLeft -= keys.count;
      if (keysLeft <= 0) break;
    }
    const problems: Omit<CiProblem, 'severity'>[] = [];
    const yieldIfDue = timeSlice();
    for (const message of messages) {
      const { path, line, character, isElsewhere } = placeOf(message.slice(0, longestMessage), linted);
      const uri = uris.get(path);
      const told = isElsewhere ? l10n.t('In an included file: {0}', message) : message;
      if (uri !== undefined) problems.push({ message: told, uri, line, character });
      await yieldIfDue();
    }
    return problems;
  }

  /** Failures are only logged: nobody asked, and the next save tries again. */
  private async onSave({ uri }: TextDocument): Promise<void> {
    const { settings, session, files, log } = this.parts;
    const place = settings.validatesCiFileOnSave() && uri.scheme === 'file' ? placeOfFile(session, uri) : undefined;
    if (place === undefined) return;
    try {
      if (!(await files.isCiFile(place.repository, place.path))) return;
      await this.validate(place.root, new AbortController().signal);
    } catch (error) {
      if (!isAbort(error)) log.warn(`validate on save: ${sentenceFor(error)}`);
    }
  }
}
