import { languages, type Disposable, type DocumentColorProvider } from 'vscode';
import { LogHover } from './logHover';
import { LogLens } from './logLens';
import { LogLinks } from './logLinks';
import { comparedScheme, logScheme, timelineScheme } from '../../core/util/fileSchemes';
import type { LogFileSource } from '../../core/log/logFileSource';
import type { Logs } from './logs';
import { LogStructure } from './logStructure';

/** Registers language features for logs: folding, outline, links and code lenses. */
export function registerLogFeatures(logs: Logs, files: LogFileSource): readonly Disposable[] {
  const selector = { scheme: logScheme };
  const [structure, lens] = [new LogStructure(logs), new LogLens(logs)];
  return [
    lens,
    languages.registerFoldingRangeProvider(selector, structure),
    languages.registerDocumentSymbolProvider(selector, structure, { label: 'GitLab Builds' }),
    languages.registerHoverProvider(selector, new LogHover(logs)),
    languages.registerCodeLensProvider(selector, lens),
    languages.registerDocumentLinkProvider(selector, new LogLinks(logs, files)),
    languages.registerColorProvider(
      [logScheme, comparedScheme, timelineScheme].map((scheme) => ({ scheme })),
      noColors,
    ),
  ];
}

/** Without it VS Code takes `#1001`, the number of a build or pipeline, for a color and draws a square before it. */
const noColors: DocumentColorProvider = {
  provideDocumentColors: () => [],
  provideColorPresentations: () => [],
};
