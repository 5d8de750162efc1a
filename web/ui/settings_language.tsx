// SPDX-License-Identifier: AGPL-3.0-or-later

import { language, LANGUAGE_TAGS, LANGUAGES, type Language } from "../view-models/language";
import { say } from "../view-models/say";
import { RadioList } from "./radio_list";
import { useViewModel } from "./use_view_model";
import fields from "./parts/field.module.css";
import groups from "./parts/group.module.css";

/** Which language the app speaks in this browser. */
export function LanguagePage() {
  const { chosen, missing } = useViewModel(language);
  const own = { value: "" as Language | "", label: say("language.own", { name: LANGUAGES[language.own()].name }) };
  const others = LANGUAGE_TAGS.map((tag) => ({ value: tag, label: LANGUAGES[tag].name, language: tag }));
  return (
    <section className={groups.group}>
      {missing && (
        <p className={fields.error} role="alert">
          {say("language.missing")}
        </p>
      )}
      <RadioList
        legend={say("language.title")}
        choices={[own, ...others]}
        chosen={chosen}
        onChoose={(tag) => void language.choose(tag)}
      />
    </section>
  );
}
