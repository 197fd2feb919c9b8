package functions

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"sallyport/internal/function"
)

// catalogue lists the methods of Okta Workflows' kernel that exported flows
// use, with the keys of their cards. It stands beside the checkout.
const catalogue = "../../../shared/reference/flopack_functions.json"

// others lists the methods that are no pure functions, and who does their work.
func others() map[string]string {
	why := map[string]string{}
	for reason, methods := range map[string]string{
		"the order of cards": "control:branch control:callable control:if control:join control:tryCatch control:continueIf control:comment control:noop",
		"the end of a flow":  "control:return control:returnRaw control:throw control:throwIf",
		"other flows":        "control:run control:spawn control:times list:asyncEach list:each list:map list:filter list:reduce object:map",
		"time that passes":   "control:wait control:until",
		"what starts flows":  "http:accept http:delegated",
		"a call of others":   "filefunctions:largeDownload",
	} {
		for m := range strings.FieldsSeq(methods) {
			why[m] = reason
		}
	}
	return why
}

// documented are methods that no exported flow of the catalogue uses. Their
// names are those of the pages that document their cards, and their keys the
// names of the fields there.
func documented() map[string]bool {
	all := map[string]bool{}
	for m := range strings.FieldsSeq(`boolean:expression crypto:aes crypto:cipher crypto:decipher crypto:hash crypto:sign
		jwt:decode jwt:verify list:groupBy list:indexBy list:slice list:sum math:increment
		object:collapse object:filter object:move object:size object:split object:unset object:unzip object:zip
		url:decode url:decodeComponent url:encode url:format url:parse`) {
		all[m] = true
	}
	return all
}

// strays are keys that one exported card carries and that its function does not
// have: nothing reads them.
func strays() map[string]bool {
	return map[string]bool{"list:at *": true, "json:stringify *": true}
}

type cardKey struct {
	Group, Key string
}

type cardKeys struct {
	Inputs, Outputs []cardKey
}

// TestServesKernel holds the shelf against the catalogue: every pure method is
// served once, and every key of its cards has a port.
func TestServesKernel(t *testing.T) {
	text, err := os.ReadFile(catalogue)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: what is served is not checked", catalogue)
	}
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]cardKeys
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	kernel := map[string]cardKeys{}
	for address, keys := range all {
		if parts := strings.Split(address, ":"); len(parts) == 5 && parts[1] == "kernel" {
			kernel[parts[2]+":"+parts[4]] = keys
		} else if len(parts) == 6 && parts[3] == "filefunctions" { // some of a connector of files are functions, too
			kernel[parts[3]+":"+parts[5]] = keys
		}
	}
	served := map[string]function.Function{}
	for _, f := range All() {
		if f.Okta == "" {
			continue
		}
		if twin, ok := served[f.Okta]; ok {
			t.Errorf("%s is served by %s and by %s", f.Okta, twin.ID, f.ID)
		}
		served[f.Okta] = f
		if _, ok := kernel[f.Okta]; ok == documented()[f.Okta] {
			t.Errorf("%s serves %s: in the catalogue %v, and known from the documentation alone: %v", f.ID, f.Okta, ok, !ok)
		}
	}
	for method, keys := range kernel {
		f, ok := served[method]
		if why := others()[method]; (why == "") != ok {
			t.Errorf("%s is served: %v, and left to others: %q", method, ok, why)
		} else if ok {
			checkKeys(t, f, keys)
		}
	}
	if len(kernel) < 90 || len(served) < 60 {
		t.Errorf("the catalogue has %d methods, and %d are served", len(kernel), len(served))
	}
}

func checkKeys(t *testing.T, f function.Function, keys cardKeys) {
	t.Helper()
	for _, k := range keys.Inputs {
		key := function.Key{Group: k.Group, Name: k.Key}
		if _, unknown := f.Arguments([]function.Input{{Key: key}}); len(unknown) > 0 && !strays()[f.Okta+" "+key.String()] {
			t.Errorf("%s has no port for the input %s of %s", f.ID, key, f.Okta)
		}
	}
	for _, k := range keys.Outputs {
		key := function.Key{Group: k.Group, Name: k.Key}
		if _, ok := f.Output(nil, key); !ok {
			t.Errorf("%s has no port for the output %s of %s", f.ID, key, f.Okta)
		}
	}
	// What a port says of a card is true of it.
	for _, p := range append(append([]function.Port{}, f.In...), f.Out...) {
		if p.Okta != "" && !strings.HasSuffix(p.Okta, "*") && !has(keys, p.Okta) {
			t.Errorf("%s: no card of %s has the key %s", f.ID, f.Okta, p.Okta)
		}
	}
}

func has(keys cardKeys, name string) bool {
	for _, k := range append(append([]cardKey{}, keys.Inputs...), keys.Outputs...) {
		if (function.Key{Group: k.Group, Name: k.Key}).String() == name {
			return true
		}
	}
	return false
}
