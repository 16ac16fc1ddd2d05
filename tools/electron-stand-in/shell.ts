type Surface = Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder' | 'beep'>;

export interface ShellCall {
  method: keyof Surface;
  target: string;
}

/** What the app wanted the desktop to do, oldest first. Nothing of it is done. */
export const shellCalls: ShellCall[] = [];

export const shellImpl: Surface = {
  openExternal: async (target) => void shellCalls.push({ method: 'openExternal', target }),
  openPath: async (target) => {
    shellCalls.push({ method: 'openPath', target });
    return '';
  },
  showItemInFolder: (target) => void shellCalls.push({ method: 'showItemInFolder', target }),
  beep: () => void shellCalls.push({ method: 'beep', target: '' }),
};
