// The file system `memfs:`, which holds one project in memory.

const vscode = require('vscode');

const MODEL = `import engine as tf


# example: step(tf.ones((2, 3)))
@tf.function
def step(x):
    print("traced", x)
    y = tf.tanh(x)
    return y
`;

exports.activate = (context) => {
  const files = new Map([['/project/model.py', Buffer.from(MODEL)]]);
  const changed = new vscode.EventEmitter();
  const folders = new Set(['/', '/project']);
  const missing = (uri) => vscode.FileSystemError.FileNotFound(uri);
  const provider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => {}),
    stat(uri) {
      const content = files.get(uri.path);
      if (content) return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: content.length };
      if (!folders.has(uri.path)) throw missing(uri);
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    },
    /** @returns {[string, import('vscode').FileType][]} */
    readDirectory(uri) {
      const names = [...files.keys()].filter((name) => name.startsWith(`${uri.path}/`));
      return names.map((name) => [name.split('/').at(-1), vscode.FileType.File]);
    },
    readFile(uri) {
      const content = files.get(uri.path);
      if (!content) throw missing(uri);
      return content;
    },
    writeFile(uri, content) {
      files.set(uri.path, Buffer.from(content));
      changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    },
    createDirectory: (uri) => void folders.add(uri.path),
    delete: (uri) => void files.delete(uri.path),
    rename() {
      throw vscode.FileSystemError.NoPermissions('nothing is renamed here');
    },
  };
  context.subscriptions.push(
    changed,
    vscode.workspace.registerFileSystemProvider('memfs', provider, { isCaseSensitive: true }),
  );
};
