// The button that runs, with the choice who answers.

import { SUBMIT_KEYS } from "./keys";
import { Switch } from "./switch";

interface Props {
  auto: boolean;
  onAuto: (on: boolean) => void;
  disabled?: boolean;
}

export function RunButton({ auto, onAuto, disabled = false }: Props) {
  return (
    <div class="run-bar">
      <Switch label="Let the scripted model answer" on={auto} onChange={onAuto} />
      <button type="submit" class="button button-primary" disabled={disabled}>
        Run <kbd>{SUBMIT_KEYS}</kbd>
      </button>
    </div>
  );
}
