package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	jsoniter "github.com/json-iterator/go"

	"headroom/storage"
)

// LabelNames lists the label names of what q selects. The range is only as
// exact as the remote store makes it: a day with VictoriaMetrics.
func (s *Store) LabelNames(ctx context.Context, q storage.Query) ([]string, error) {
	return s.list(ctx, "/api/v1/labels", q)
}

// LabelValues lists the values of a label; for the range see [Store.LabelNames].
func (s *Store) LabelValues(ctx context.Context, name string, q storage.Query) ([]string, error) {
	return s.list(ctx, "/api/v1/label/"+name+"/values", q)
}

func (s *Store) list(ctx context.Context, path string, q storage.Query) ([]string, error) {
	form := params(q.Matchers, widened(q))
	if len(q.Matchers) == 0 {
		form.Del("match[]")
	}
	var answer struct{ Data []string }
	if err := s.get(ctx, path, form, &answer); err != nil {
		return nil, err
	}
	slices.Sort(answer.Data)
	return answer.Data, nil
}

func (s *Store) get(ctx context.Context, path string, form url.Values, answer any) error {
	resp, err := s.query.do(ctx, request{method: http.MethodGet, path: path, query: form})
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		return fmt.Errorf("answer of %s%s: %w", redacted(s.query.base), path, err)
	}
	return nil
}

// Series lists series through the API of that name; for the range see
// [Store.LabelNames].
func (s *Store) Series(ctx context.Context, q storage.Query, f func([]storage.Label) error) error {
	const path = "/api/v1/series"
	resp, err := s.query.do(ctx, request{method: http.MethodPost, path: path, query: params(q.Matchers, widened(q))})
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	it := jsoniter.Parse(jsoniter.ConfigDefault, resp.Body, 64<<10)
	limit := s.limit(q)
	for field := it.ReadObject(); field != ""; field = it.ReadObject() {
		if field != "data" {
			it.Skip()
			continue
		}
		for n := 0; it.ReadArray(); n++ {
			labels := readLabels(it)
			if it.Error != nil {
				break
			}
			if n == limit {
				return &storage.LimitError{What: "series", Limit: limit}
			}
			if err := f(labels); err != nil {
				return err
			}
		}
	}
	if it.Error != nil {
		return fmt.Errorf("answer of %s%s: %w", redacted(s.query.base), path, noEOF(withoutURL(it.Error)))
	}
	return nil
}
