package functions

import (
	"bytes"
	"encoding/json"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("flow.export", "Export Flow",
	"A published flow of the same folder as a file: an export of Okta Workflows, with the flows that it calls, or its own text (format yaml). Neither holds the values of options or secrets.",
	flowExport).AsEffect().Serves("utility:exportFlo"))

type flowExportIn struct {
	Flow   string `port:"flow,required" okta:"flo"`
	Format string
	Pretty bool
	Indent *float64
}

type flowExportOut struct {
	File *value.Object `okta:"output"`
}

// maxIndent bounds the blanks before a line of a pretty export, for each level.
const maxIndent = 10

func flowExport(env function.Env, in flowExportIn) (flowExportOut, error) {
	kind, end := "application/json", ".flopack"
	switch in.Format {
	case "", "flopack":
		in.Format = "flopack"
	case "yaml":
		kind, end = "application/yaml", ".yaml"
	default:
		return flowExportOut{}, errs.New(errs.Invalid, "format: flopack and yaml are known, not %.40q", in.Format)
	}
	if in.Flow == "" {
		return flowExportOut{}, errs.New(errs.Invalid, "flow: say which")
	}
	if env.Export == nil {
		return flowExportOut{}, errs.New(errs.Invalid, "there are no flows to export here")
	}
	text, err := env.Export(in.Flow, in.Format)
	if err != nil {
		return flowExportOut{}, err
	}
	if in.Pretty && in.Format == "flopack" {
		if text, err = indented(text, in.Indent); err != nil {
			return flowExportOut{}, err
		}
	}
	out, err := fileOf(value.File{Name: in.Flow + end, Type: kind, Data: text})
	return flowExportOut(out), err
}

func indented(text []byte, by *float64) ([]byte, error) {
	n := 2
	if by != nil {
		n = int(max(0, min(*by, maxIndent)))
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", strings.Repeat(" ", n)); err != nil {
		return nil, errs.Wrap(errs.Internal, err, "lay out the export")
	}
	return b.Bytes(), nil
}
