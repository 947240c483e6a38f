import { lintCiFile, mergedCiConfig, type CiLint, type MergedCiConfig } from './ciLint';
import type { ProjectCaller } from './dialect';

/** Configurations of CI/CD, as GitLab reads them. */
export class CiFileCalls {
  constructor(private readonly client: ProjectCaller) {}

  /** GitLab's verdict on the content of a `.gitlab-ci.yml`. Requires the scope `api`; `unsupported` before 8.12. */
  async lint(project: string, content: string, signal: AbortSignal): Promise<CiLint> {
    return this.client.change(project, signal, (found, call) => lintCiFile(call, found, content));
  }

  /** Configuration of a commit with all that it includes. Before 16.10 it requires the scope `api`; `unsupported` before 13.6. */
  async merged(project: string, sha: string, signal: AbortSignal): Promise<MergedCiConfig> {
    return this.client.change(project, signal, (found, call) => mergedCiConfig(call, found, sha));
  }
}
