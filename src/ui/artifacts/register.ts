import { l10n, type Disposable } from 'vscode';
import { registerReadOnlyFiles, type ReadableFiles } from '../readOnlyFiles';

export const artifactScheme = 'gitlab-artifacts';

/** Registers the read-only file system for artifacts. */
export function registerArtifactFiles(started: Promise<{ readonly files: ReadableFiles }>): Disposable {
  const files = started.then((shell) => shell.files);
  return registerReadOnlyFiles(artifactScheme, files, () =>
    l10n.t('Artifacts are read-only. Download them to make changes.'),
  );
}
