import {
  lm,
  type CancellationToken,
  type Disposable,
  type LanguageModelToolResult,
  type PreparedToolInvocation,
} from 'vscode';

interface Manifest {
  readonly contributes: { readonly languageModelTools: readonly { readonly name: string }[] };
}

/** The tools behind the names, without `gitlab-builds_`. */
export interface AgentTools {
  /** What the user is told and asked before; nothing is asked of GitLab for it. */
  prepare(name: string, input: unknown): PreparedToolInvocation;
  /** Never rejects: what goes wrong is an answer, too. */
  invoke(name: string, input: unknown, token: CancellationToken): Promise<LanguageModelToolResult>;
}

/** Registers the manifest's tools for agents, since VS Code may call one right away; their code is loaded at the first call. */
export function registerTools(
  packageJson: unknown,
  started: Promise<{ agentTools(): Promise<AgentTools> }>,
): readonly Disposable[] {
  const { contributes } = packageJson as Manifest;
  const tools = async (): Promise<AgentTools> => (await started).agentTools();
  return contributes.languageModelTools.map(({ name }) => {
    const own = name.replace('gitlab-builds_', '');
    return lm.registerTool<unknown>(name, {
      prepareInvocation: async ({ input }) => (await tools()).prepare(own, input),
      invoke: async ({ input }, token) => (await tools()).invoke(own, input, token),
    });
  });
}
