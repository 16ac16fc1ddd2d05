// Tones made on the spot, told apart by pitch and rhythm: a loud hall and one deaf ear leave one of the two.

/** What a station says by ear. */
export type Sound = 'saved' | 'refused' | 'alert';

/** Hertz, start and length in seconds. */
type Tone = readonly [hertz: number, at: number, length: number];

/** Pitch, start and length of every tone; the three differ in pitch and in rhythm. */
export const TONES: { readonly [S in Sound]: readonly Tone[] } = {
  saved: [[1320, 0, 0.09]],
  refused: [
    [180, 0, 0.45],
    [180, 0.6, 0.45],
  ],
  alert: [
    [660, 0, 0.14],
    [880, 0.18, 0.14],
    [1175, 0.36, 0.22],
  ],
};

let context: AudioContext | null = null;

/** Plays a sound, or does nothing where the device has no audio. */
export const play = (sound: Sound): void => {
  if (typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  for (const [hertz, at, length] of TONES[sound]) {
    const start = context.currentTime + at;
    const oscillator = new OscillatorNode(context, {
      frequency: hertz,
      type: sound === 'refused' ? 'sawtooth' : 'triangle',
    });
    // A ramp at both ends: a tone cut off square clicks.
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.35, start + 0.01);
    gain.gain.setValueAtTime(0.35, start + length - 0.03);
    gain.gain.linearRampToValueAtTime(0, start + length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + length);
  }
};
