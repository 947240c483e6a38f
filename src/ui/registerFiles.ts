import { l10n, type Disposable } from 'vscode';
import { artifactScheme, comparedScheme, logScheme, mergedScheme, timelineScheme } from '../core/util/fileSchemes';
import { registerReadOnlyFiles, type ReadableFiles } from './readOnlyFiles';

/** Readers of the files of each scheme. */
interface ProvidedFiles {
  readonly files: ReadableFiles;
  readonly logFiles: ReadableFiles;
  readonly comparedFiles: ReadableFiles;
  readonly timelineFiles: ReadableFiles;
  readonly mergedCiFiles: ReadableFiles;
}

/** Registers all read-only files. Part of activation, so the readers themselves are not imported here. */
export function registerFiles(started: Promise<ProvidedFiles>): readonly Disposable[] {
  const register = (scheme: string, name: keyof ProvidedFiles, refusal: () => string): Disposable =>
    registerReadOnlyFiles(
      scheme,
      started.then((shell) => shell[name]),
      refusal,
    );
  const logRefusal = (): string => l10n.t('Logs are read-only. Save the log to make changes.');
  return [
    register(artifactScheme, 'files', () => l10n.t('Artifacts are read-only. Download them to make changes.')),
    register(logScheme, 'logFiles', logRefusal),
    register(comparedScheme, 'comparedFiles', logRefusal),
    register(timelineScheme, 'timelineFiles', () => l10n.t('Timelines are read-only.')),
    register(mergedScheme, 'mergedCiFiles', () =>
      l10n.t('Merged configurations are read-only. Edit the files that they were merged from.'),
    ),
  ];
}
