// Completion from the data: prefixes, classes and properties by one document of the service,
// things by its search. Each suggestion shows the label beside the name.

// Names of things begin with one of these prefixes.
const OF_THINGS = /^(actor|change|claim|doc|event|instrument|kind|office|place|proposal|rel|rule):/;

export const namesThing = (text) => OF_THINGS.test(text);

export function completers({ terms, search, lang }) {
  let loading;
  const vocabulary = () => (loading ??= fetch(terms).then((answer) => answer.json()).catch(() => {
    loading = undefined;
    return { prefixes: {}, classes: [], properties: [] };
  }));
  const labels = new Map();

  const among = (list) => async (_, token) => {
    const found = (await vocabulary())[list];
    const wanted = (token.autocompletionString ?? token.string).toLowerCase();
    const local = wanted.replace(/^.*[:#/]/, "");
    for (const { iri, label } of found) labels.set(iri, label);
    return found
      .filter(({ iri, label }) => iri.toLowerCase().startsWith(wanted)
        || (local.length > 1 && label.toLowerCase().includes(local)))
      .slice(0, 60)
      .map(({ iri }) => iri);
  };
  const withPrefix = async (yasqe, iri) => {
    const { prefixes } = await vocabulary();
    const declared = { ...prefixes, ...yasqe.getPrefixesFromQuery() };
    const found = Object.entries(declared)
      .filter(([, namespace]) => iri.startsWith(namespace))
      .sort((a, b) => b[1].length - a[1].length)[0];
    const local = found && iri.slice(found[1].length);
    return found && /^[\w-]*$/.test(local) ? `${found[0]}:${local}` : `<${iri}>`;
  };
  const render = (element, _, hint) => {
    element.append(hint.text);
    const label = labels.get(hint.iri ?? hint.text);
    if (label) element.append(Object.assign(document.createElement("small"), { textContent: label }));
  };
  // Yasqe writes a name with the prefixes of the query; ours are known before they are declared.
  const finish = async (yasqe, hints) => {
    const made = [];
    for (const hint of hints) {
      const iri = hint.text.replace(/^<|>$/g, "");
      const text = hint.text.startsWith("<") ? await withPrefix(yasqe, iri) : hint.text;
      made.push({ ...hint, text, iri: hint.text.startsWith("<") ? iri : expanded(yasqe, hint.text), render });
    }
    return made;
  };
  const expanded = (yasqe, name) => {
    const [prefix, local] = name.split(/:(.*)/s);
    return (yasqe.getPrefixesFromQuery()[prefix] ?? "") + (local ?? "");
  };

  const own = [
    {
      from: "prefixes",
      name: "our-prefixes",
      persistenceId: null,
      onInitialize: () => {},
      get: async () => Object.entries((await vocabulary()).prefixes).map(([name, iri]) => `${name}: <${iri}>`),
    },
    { from: "class", name: "our-classes", get: among("classes"), postprocessHints: finish },
    { from: "property", name: "our-properties", get: among("properties"), postprocessHints: finish },
    {
      name: "our-things",
      bulk: false,
      isValidCompletionPosition: (yasqe) => namesThing(yasqe.getCompleteToken().string),
      get: async (_, token) => {
        const [prefix, words] = token.string.split(/:(.*)/s);
        if (!words) return [];
        const address = `${search}?${new URLSearchParams({ q: words.replaceAll("-", " "), kind: prefix, lang })}`;
        const answer = await fetch(address);
        if (!answer.ok) return [];
        const { results } = await answer.json();
        const found = results.filter(({ name }) => name?.startsWith(`${prefix}:`));
        for (const { name, label } of found) labels.set(name, label);
        return found.map(({ name }) => name);
      },
      postprocessHints: (_, hints) => hints.map((hint) => ({ ...hint, render })),
    },
  ];
  return { own, prefixes: async () => (await vocabulary()).prefixes };
}
