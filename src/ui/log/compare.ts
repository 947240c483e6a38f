import { workspace, type Disposable, type TextDocumentContentProvider, type Uri } from 'vscode';
import type { Build } from '../../core/build';
import { normalised } from '../../core/log/normalise';
import { sentenceFor } from '../report';
import { comparedScheme, toLogUri, type LogAddress } from './logUri';
import type { Logs } from './logs';

/** Logs without what is another in every run, for a diff editor. Nothing of them is kept. */
export class ComparedLogs implements TextDocumentContentProvider, Disposable {
  private readonly registration = workspace.registerTextDocumentContentProvider(comparedScheme, this);

  constructor(private readonly logs: Logs) {}

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    try {
      const { log } = await this.logs.readAt(uri);
      return normalised(log.lines).join('\n');
    } catch (error) {
      throw new Error(sentenceFor(error), { cause: error });
    }
  }

  dispose(): void {
    this.registration.dispose();
  }
}

export function toComparedUri(address: LogAddress, build: Build): Uri {
  return toLogUri(address, build, comparedScheme);
}
