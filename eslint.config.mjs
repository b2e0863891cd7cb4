// Lint rules for the extension and the real-editor tests.

import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/out/',
      '**/bundled/',
      '**/.test-build/',
      'tests/e2e/.data/',
      '.venv/',
      'docs/',
      'build/',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'vscode-extension/tsconfig.json',
          'vscode-extension/src/webview/tsconfig.json',
          'vscode-extension/test/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-empty-function': 'off',
      // The editor's Disposable is a class, but is meant as an interface.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['vscode-extension/test/**/*.ts'],
    rules: {
      // node:test keeps its own account of the promises that test() answers.
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'setTimeout',
          'clearTimeout',
          'URL',
          'URLSearchParams',
          'Buffer',
          'document',
          'NodeFilter',
          'window',
          'MessageEvent',
          'navigator',
          'getComputedStyle',
          'require',
          'exports',
          'module',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
