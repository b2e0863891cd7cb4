-- Drives Neovim with the configuration of docs/editors.md and prints one line of JSON.

local function wait(what, ask)
  local answer
  local ok = vim.wait(60000, function()
    answer = ask()
    return answer and true or false
  end, 50)
  if not ok then
    error('timed out: ' .. what)
  end
  return answer
end

local function request(method, params)
  local done, answer = false, nil
  vim.lsp.buf_request(0, method, params, function(failure, result)
    done, answer = true, failure and { failure = failure.message } or result
  end)
  wait(method, function()
    return done
  end)
  return answer
end

local function position(pattern)
  local line = vim.fn.search(pattern, 'w')
  vim.api.nvim_win_set_cursor(0, { line, vim.fn.col('.') - 1 })
  return vim.lsp.util.make_position_params(0, 'utf-16')
end

local function run()
  local source = vim.api.nvim_get_current_buf()
  local found = wait('findings', function()
    local all = vim.diagnostic.get(source)
    return #all > 0 and all
  end)
  local report = { codes = vim.tbl_map(function(each) return each.code end, found) }

  report.hover = request('textDocument/hover', position('fizzbuzz(max_num)')).contents.value
  local lenses = request('textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params() })
  report.lenses = vim.tbl_map(function(lens)
    local whole = lens.command and lens or request('codeLens/resolve', lens)
    return whole.command.title
  end, lenses)

  local where = position('print("Fizz")')
  local range = vim.lsp.util.make_range_params(0, 'utf-16')
  range.context = { diagnostics = {}, only = { 'quickfix' } }
  range.range = { start = where.position, ['end'] = where.position }
  for _, action in ipairs(request('textDocument/codeAction', range)) do
    if action.title:find('tf.print', 1, true) then
      local whole = action.edit and action or request('codeAction/resolve', action)
      vim.lsp.util.apply_workspace_edit(whole.edit, 'utf-16')
      break
    end
  end
  report.fixed = table.concat(vim.api.nvim_buf_get_lines(source, 0, -1, false), '\n')
  report.fewer = wait('one finding less', function()
    return #vim.diagnostic.get(source) < #found and #found - #vim.diagnostic.get(source)
  end)

  position('counter = 0')
  vim.cmd('GraphlensRun 5')
  report.ran = wait('a run', function()
    local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
    return vim.api.nvim_get_current_buf() ~= source and text
  end)
  vim.cmd('bwipeout')
  vim.api.nvim_set_current_buf(source)
  position('counter = 0')
  vim.cmd('GraphlensCode')
  report.code = wait('graph code', function()
    local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
    return vim.api.nvim_get_current_buf() ~= source and text
  end)
  return report
end

local ok, report = pcall(run)
io.stdout:write('\nREPORT ' .. vim.fn.json_encode(ok and report or { failure = report }) .. '\n')
vim.cmd('qall!')
