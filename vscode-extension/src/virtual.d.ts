// The module that esbuild.mjs makes of every file in src/commands.
declare module 'graphlens:commands' {
  export const commands: readonly import('./command').Command[];
}
