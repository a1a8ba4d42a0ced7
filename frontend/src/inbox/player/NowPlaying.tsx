import { Icon } from "../../ui/icons";
import { messageShow } from "../messageShow";
import { usePlayer, usePlaying } from "./PlayerContext";
import { RateButton } from "./SoundRow";
import { Track } from "./Track";
import { knownWaveform } from "./waveform";
import { playerWords } from "./words";

/** What is heard, where its bubble is not in sight. */
export function NowPlaying() {
  const player = usePlayer();
  const { sound, playing, at, seconds, failed } = usePlaying();
  if (sound === null) return null;
  return (
    <section className="now-playing" aria-label={playerWords.region}>
      <button
        type="button"
        className="sound-play"
        aria-label={playing ? playerWords.pause(sound.title) : playerWords.play(sound.title)}
        onClick={() => {
          player.toggle(sound);
        }}
      >
        <Icon name={playing ? "pause" : "play"} size={20} className="icon-solid" />
      </button>
      <button
        type="button"
        className="now-playing-title"
        aria-label={playerWords.show(sound.title)}
        title={playerWords.show(sound.title)}
        onClick={() => {
          messageShow(sound.conversationId, sound.messageId);
        }}
      >
        <bdi>{sound.title}</bdi>
        <span className="now-playing-time">{failed ? playerWords.failed : playerWords.placeOf(at, seconds)}</span>
      </button>
      <Track
        title={sound.title}
        at={at}
        seconds={seconds}
        drawing={knownWaveform(sound.attachmentId)?.bars ?? null}
        onSeek={(to) => {
          player.seek(sound, to);
        }}
      />
      <RateButton />
      <button
        type="button"
        className="icon-button"
        aria-label={playerWords.close}
        onClick={() => {
          player.close();
        }}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}
