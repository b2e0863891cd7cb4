// Interpreters from $STANDIN_PYTHONS, the first of them selected; a command selects another one.

const vscode = require('vscode');

exports.activate = (context) => {
  const paths = JSON.parse(process.env.STANDIN_PYTHONS ?? '[]');
  let selected = paths[0];
  const changed = new vscode.EventEmitter();
  context.subscriptions.push(
    changed,
    vscode.commands.registerCommand('python.setInterpreter', async () => {
      const chosen = await vscode.window.showQuickPick(paths);
      if (chosen === undefined || chosen === selected) return;
      selected = chosen;
      changed.fire({ id: chosen, path: chosen, resource: undefined });
    }),
  );
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ id: selected, path: selected }),
      resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
