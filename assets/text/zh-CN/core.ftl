error-not-found = 没有找到
