import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { Tiles } from '../../components/tiles.tsx';
import { useHome } from '../../hooks/use-place.ts';
import { doorStates } from '../../state/doors.ts';
import { createBoardGrouping } from '../../state/selectors.ts';
import { useStation, useStationStore } from '../../state/station-context.tsx';
import { type AskProps, useFinish } from './ask.ts';
import { AskSave } from './ask-save.tsx';
import { useDesk } from './desk.ts';

/** Which door: this station's own is chosen already when it is free. Taken doors can be chosen; the server has the word. */
export const AskDoor = ({ command, onClose }: AskProps<'assignDoor' | 'reportAtDoor'>) => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const doors = useStation((state) => state.doors);
  const home = useHome().door;
  const store = useStationStore();
  // Read once: tiles must not move under a finger while the board goes on.
  const [states] = useState(() =>
    doorStates(doors, createBoardGrouping()(store.getState().rows).dock, shipment.warehouseId),
  );
  const free = states.find(({ door, here }) => door.id === home?.id && here.length === 0 && door.inService);
  const [doorId, setDoorId] = useState<string | null>(free?.door.id ?? null);
  const finish = useFinish(onClose);

  return (
    <Dialog
      wide
      title={t('ask.door')}
      onClose={onClose}
      testId="ask-door"
      foot={
        <AskSave
          command={command}
          isComplete={doorId !== null || states.length === 0}
          onSave={() => finish(command, doorId === null ? {} : { doorId })}
        />
      }
    >
      {states.length === 0 && (
        <Notice kind="attention" title={t('ask.noDoors')}>
          {t('ask.goOnWithoutDoor')}
        </Notice>
      )}
      <Tiles
        label={t('shipment.door')}
        value={doorId}
        onChange={setDoorId}
        testId="pick-door"
        tiles={states.map(({ door, here }) => ({
          value: door.id,
          label: door.name,
          note: !door.inService
            ? t('ask.doorOut')
            : here[0] === undefined
              ? t('ask.doorFree')
              : t('ask.doorTaken', { number: here[0].number }),
          disabled: !door.inService,
        }))}
      />
    </Dialog>
  );
};
