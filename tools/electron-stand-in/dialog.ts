type Surface = Pick<
  Electron.Dialog,
  'showErrorBox' | 'showMessageBox' | 'showMessageBoxSync' | 'showOpenDialog' | 'showSaveDialog'
>;

export interface DialogCall {
  method: keyof Surface;
  options: object;
}

/** What the app asked, oldest first, and what a test has a person answer, in order. */
export const dialogCalls: DialogCall[] = [];
export const dialogAnswers: object[] = [];

// Every method takes an optional window first.
const ask = <Answer extends object>(
  method: keyof Surface,
  args: unknown[],
  dismissed: (options: object) => Answer,
): Answer => {
  const options = args.at(-1) as object;
  dialogCalls.push({ method, options });
  return { ...dismissed(options), ...dialogAnswers.shift() };
};

/** The button Electron reports when a message box is closed without pressing one. */
const cancelled = (options: object): Electron.MessageBoxReturnValue => ({
  response: (options as Electron.MessageBoxOptions).cancelId ?? 0,
  checkboxChecked: false,
});

export const dialogImpl = {
  showErrorBox: (title: string, content: string): void => {
    dialogCalls.push({ method: 'showErrorBox', options: { title, content } });
    console.error(`${title}\n${content}`);
  },
  showMessageBox: async (...args: unknown[]) => ask('showMessageBox', args, cancelled),
  showMessageBoxSync: (...args: unknown[]) => ask('showMessageBoxSync', args, cancelled).response,
  showOpenDialog: async (...args: unknown[]) =>
    ask<Electron.OpenDialogReturnValue>('showOpenDialog', args, () => ({ canceled: true, filePaths: [] })),
  showSaveDialog: async (...args: unknown[]) =>
    ask<Electron.SaveDialogReturnValue>('showSaveDialog', args, () => ({ canceled: true, filePath: '' })),
} satisfies Surface;
