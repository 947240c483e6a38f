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

/** Tools by their names without `gitlab-builds_`. */
export interface AgentTools {
  /** Progress message and confirmation of an invocation. Sends no requests. */
  prepare(name: string, input: unknown): PreparedToolInvocation;
  /** Never rejects: errors are answers, too. */
  invoke(name: string, input: unknown, token: CancellationToken): Promise<LanguageModelToolResult>;
}

/** Registers the tools in the manifest, because VS Code may invoke one right away. Their code is loaded at the first invocation. */
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
