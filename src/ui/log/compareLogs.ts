import { FileSystemError, type Uri } from 'vscode';
import type { Build } from '../../core/model/build';
import type { Log } from '../../core/log/log';
import { normalized } from '../../core/log/normalize';
import { timeSlice } from '../../core/util/timeSlice';
import { sentenceFor } from '../report';
import { comparedScheme } from '../../core/util/fileSchemes';
import { toLogUri, type LogAddress } from './logUri';
import type { Logs } from './logs';
import { bounded, firstShown, tailFrom } from '../../core/log/tailView';

/** Maximum length of each text in characters; the diff works by line. */
const maxCompared = 10e6;

/** Provides logs without what differs in every run, for a diff editor. Nothing is cached. */
export class ComparedLogs {
  constructor(private readonly logs: Logs) {}

  /** Throws FileSystemError, with a sentence for the user. */
  async textAt(uri: Uri): Promise<string> {
    try {
      const { log } = await this.logs.readAt(uri);
      return await textToCompare(log);
    } catch (error) {
      throw FileSystemError.Unavailable(sentenceFor(error));
    }
  }
}

/** Text for comparison; of a very long log only the end. Yields to other work meanwhile. */
export async function textToCompare(log: Log): Promise<string> {
  const lines: string[] = [];
  const yieldIfDue = timeSlice();
  for (const line of tailFrom(log, firstShown(log, bounded(maxCompared))).lines) {
    lines.push(normalized(line));
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  return lines.join('\n');
}

export function toComparedUri(address: LogAddress, build: Build): Uri {
  return toLogUri(address, build, comparedScheme);
}
